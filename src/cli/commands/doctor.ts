import { resolve } from 'node:path'
import { diagnose, installedOn } from '../../diagnose/doctor/index.ts'
import type { CertificateFact } from '../../model/fact.ts'
import { TlsplayError } from '../../model/problem.ts'
import { parseCertificateFile } from '../../pki/parse.ts'
import type { Clock } from '../../ports/ports.ts'
import { doctorJson, doctorText } from '../../view/doctor-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { showProblems } from '../failure.ts'
import { intendedBy } from '../intended.ts'
import type { Io } from '../io.ts'
import type { DoctorOptions } from '../options.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { surveyHosts } from '../survey-hosts.ts'

const clock: Clock = { now: () => Date.now() }

/** Finds what is wrong with TLS on hosts: 0 nothing, 2 faults, 4 hosts that could not be asked. */
export async function doctorCommand(options: DoctorOptions, io: Io): Promise<number> {
  const named = options.ca.flatMap((file) => authoritiesIn(resolve(io.cwd, file)))
  const intended = options.playbook === undefined ? undefined : await intendedBy(options.playbook, options, io)
  // What should be refused is not tried here: it would stand in the logs that are read.
  const how = { window: options.since * 60, weaknesses: false }
  const { surveys, problems, authorities, texts } = await surveyHosts(options, how, clock, io)
  const at = clock.now()
  const found = diagnose({ surveys, authorities: [...authorities, ...named], now: at, intended })
  const installed = [...surveys].flatMap(([host, survey]) => installedOn(host, survey))
  const report = { found, installed, problems, at }
  io.stdout.write(options.output === 'json' ? doctorJson(report) : doctorText(report, options.verbose > 0))
  await showProblems(problems, texts, io)
  if (found.some(({ severity }) => severity === 'fault')) return exitCodes.failed
  return problems.length > 0 ? exitCodes.unreachable : exitCodes.done
}

function authoritiesIn(path: string): readonly CertificateFact[] {
  const bytes = nodeFiles.read(path)
  if (bytes === undefined)
    throw new TlsplayError([{ code: 'FILE_MISSING', message: `there is no file ${path}`, hint: 'name a PEM file with --ca' }])
  const { chain, broken } = parseCertificateFile(Buffer.from(bytes).toString('utf8'))
  if (chain.length > 0) return chain
  throw new TlsplayError([
    { code: 'CERTIFICATE_INVALID', message: `${path}: ${broken ?? 'holds no certificate'}`, hint: 'name a PEM file with --ca' },
  ])
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { certificate } from '../../src/probes/certificate.ts'
import { selfSigned } from '../fakes/tls-servers.ts'
import { ask, nonce, run, scratchFolder, shells } from './shells.ts'

const folder = scratchFolder()
const at = (name: string) => join(folder, name)
const [one, two] = [selfSigned(folder, 'DNS:one.lab.test'), selfSigned(folder, 'DNS:two.lab.test')]
const [first] = parseCertificateFile(one.cert).chain
const [second] = parseCertificateFile(two.cert).chain
const cutOff = one.cert.slice(0, one.cert.indexOf('-----END'))
const files = {
  "it's one.crt": one.cert,
  'a=b.crt': two.cert,
  'chain.crt': `subject=one\n${one.cert}# comment\n${two.cert}`,
  'combined.pem': `${one.key}${one.cert}`,
  'cut off then key.pem': `${cutOff}${one.key}`,
  'windows.crt': one.cert.replaceAll('\n', '\r\n'),
  'empty.crt': '',
  'no newline.crt': one.cert.trimEnd(),
  'garbage.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  'imitates marks.crt': `-----BEGIN CERTIFICATE-----\n#1\n#end\n-----END CERTIFICATE-----\n#2\n`,
  'binary.crt': '\u0000\u0001\xff#end\n',
} as const
for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text, 'latin1')
mkdirSync(at('folder.crt'))
symlinkSync("it's one.crt", at('link.crt'))
execFileSync('mkfifo', [at('fifo.crt')])
afterAll(() => rmSync(folder, { recursive: true }))

const expected: Readonly<Record<string, unknown>> = {
  "it's one.crt": { chain: [first] },
  'missing.crt': absent,
  'a=b.crt': { chain: [second] },
  'chain.crt': { chain: [first, second] },
  'empty.crt': { chain: [], broken: 'holds no certificate in PEM form' },
  'combined.pem': { chain: [first] },
  'cut off then key.pem': { chain: [], broken: 'a certificate is cut off' },
  'folder.crt': expect.any(Unknown),
  'windows.crt': { chain: [first] },
  'no newline.crt': { chain: [first] },
  'garbage.crt': { chain: [], broken: 'certificate 1 of 1 cannot be read' },
  'imitates marks.crt': { chain: [], broken: 'certificate 1 of 1 cannot be read' },
  'fifo.crt': expect.any(Unknown),
  'binary.crt': { chain: [], broken: 'holds no certificate in PEM form' },
  'link.crt': { chain: [first] },
}

describe.each(shells)('under $name', (shell) => {
  test('many files in one question keep their answers', () => {
    const names = Object.keys(expected)
    const { answers, stderr } = ask(
      shell,
      certificate,
      names.map((name) => ({ path: at(name) })),
    )
    expect(stderr).toBe('')
    expect(Object.fromEntries(names.map((name, index) => [name, answers[index]]))).toEqual(expected)
  })

  test('no line of a key is printed, whatever the file', () => {
    const lines = one.key.split('\n').filter((line) => line.length > 20)
    const printed = (path: string) => Buffer.from(ask(shell, certificate, [{ path }]).stdout).toString('latin1')
    for (const name of ['combined.pem', 'cut off then key.pem'])
      for (const line of lines) expect(printed(at(name)), name).not.toContain(line)
    // The twin: the same search finds the line where the whole file is printed.
    expect(Buffer.from(run(shell, `cat '${at('combined.pem')}'`).stdout).toString('latin1')).toContain(lines[0])
  })
})

test.each(['', 'f', 'f\n', 'f\n#1\n-----BEGIN CERTIFICATE-----\n'])('an answer that breaks off is unknown: %j', (text) => {
  expect(certificate.parse(Buffer.from(text), [{ path: '/x' }], nonce)[0]).toBeInstanceOf(Unknown)
})

test('one program for any number of files', () => {
  expect(certificate.script([{ path: '/a' }, { path: '/b' }, { path: '/c' }], nonce).match(/\bawk\b/g)).toHaveLength(1)
})

import type { ProbeKindName } from '../model/fact.ts'
import { accounts } from './accounts.ts'
import { certificate } from './certificate.ts'
import { command } from './command.ts'
import { content } from './content.ts'
import { digest } from './digest.ts'
import { file } from './file.ts'
import { group } from './group.ts'
import { key } from './key.ts'
import { listener } from './listener.ts'
import { log } from './log.ts'
import { packages } from './package.ts'
import { pkcs12 } from './pkcs12.ts'
import type { ProbeKind } from './probe-kind.ts'
import { process } from './process.ts'
import { space } from './space.ts'
import { system } from './system.ts'
import { tool } from './tool.ts'
import { unit } from './unit.ts'
import { user } from './user.ts'

/** Every question that can be asked of a host, one line each. */
export const probeKinds: { readonly [K in ProbeKindName]: ProbeKind<K> } = {
  accounts,
  certificate,
  command,
  content,
  digest,
  file,
  group,
  key,
  listener,
  log,
  package: packages,
  pkcs12,
  process,
  space,
  system,
  tool,
  unit,
  user,
}

import { wordsOf } from '../../lib/edit/words.ts'
import { tidyPath } from '../../lib/paths.ts'
import type { ListenerTarget } from '../../model/fact.ts'
import { productNamed, unitName } from '../../services/index.ts'
import type { Product } from '../../services/product.ts'
import type { ServiceParams } from './schema.ts'

export type WantedState = 'started' | 'stopped' | 'restarted' | 'reloaded' | 'applied'

export interface Serves {
  readonly port: number
  readonly certificate: string
  readonly key: string | undefined
  readonly listener: ListenerTarget
}

/** A process of our own, without a unit. */
export interface Command {
  readonly argv: readonly string[]
  readonly exe: string
  readonly user: string | undefined
  readonly logFile: string
  readonly stopSignal: string
}

/** The parameters with every default filled in. */
export interface Wish {
  readonly name: string
  readonly product: Product | undefined
  readonly state: WantedState
  readonly enabled: boolean | undefined
  readonly reads: readonly string[]
  readonly settingsFiles: readonly string[]
  readonly serves: Serves | undefined
  readonly command: Command | undefined
  readonly stableSeconds: number
  readonly timeoutSeconds: number
}

export function wishOf(params: ServiceParams): Wish {
  const { command, serves } = params
  const pair = serves === undefined ? [] : [serves.certificate, ...(serves.key === undefined ? [] : [serves.key])]
  return {
    name: command === undefined ? unitName(params.name) : params.name,
    product: params.product === undefined ? undefined : productNamed(params.product),
    state: params.state ?? 'started',
    enabled: params.enabled,
    reads: [...new Set([...(params.reads ?? []), ...pair].map(tidyPath))],
    settingsFiles: (params.settings_files ?? []).map(tidyPath),
    serves: serves === undefined ? undefined : servesOf(serves),
    command:
      command === undefined
        ? undefined
        : {
            argv: wordsOf(command.start),
            exe: tidyPath(command.exe),
            user: command.user,
            logFile: tidyPath(command.log_file),
            stopSignal: command.stop_signal ?? 'TERM',
          },
    stableSeconds: params.stable_for ?? 1,
    timeoutSeconds: params.timeout ?? 30,
  }
}

function servesOf({ port, address, certificate, key, name }: NonNullable<ServiceParams['serves']>): Serves {
  const serverName = name === undefined || /^[0-9.]+$|:/.test(name) ? '' : name
  return {
    port,
    certificate: tidyPath(certificate),
    key: key === undefined ? undefined : tidyPath(key),
    listener: { from: 'host', address: address ?? '127.0.0.1', port, serverName, probeWeakness: false },
  }
}

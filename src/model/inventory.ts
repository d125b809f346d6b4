import type { Position } from './problem.ts'
import type { MapSource, Source } from './source.ts'
import type { Unknown } from './value.ts'

/** Variables of one file or section; `from` names the layer of design/language.md A.1 they belong to. */
export interface VarLayer {
  readonly from: LayerName
  readonly at: Position
  readonly vars: MapSource
  /** absolute folder of a playbook: only its plays have these variables */
  readonly folder?: string
}

/** Layers that inventories and the files beside them bring, low to high (numbers of A.1). */
export const inventoryLayers = {
  'inventory file group': 3,
  'inventory group_vars/all': 4,
  'playbook group_vars/all': 5,
  'inventory group_vars': 6,
  'playbook group_vars': 7,
  'inventory file host': 8,
  'inventory host_vars': 9,
  'playbook host_vars': 10,
} as const
export type LayerName = keyof typeof inventoryLayers

export interface Group {
  readonly name: string
  readonly at: Position
  /** direct members, in the order of first mention */
  readonly hosts: readonly string[]
  readonly children: readonly string[]
  /** longest distance from `all` */
  readonly depth: number
  readonly priority: number
  readonly layers: readonly VarLayer[]
}

export interface HostEntry {
  readonly name: string
  readonly at: Position
  /** every group it belongs to, `all` first, parents before children */
  readonly groups: readonly string[]
  readonly layers: readonly VarLayer[]
}

export interface Inventory {
  /** in the order of first mention */
  readonly hosts: ReadonlyMap<string, HostEntry>
  /** `all` and `ungrouped` are always there */
  readonly groups: ReadonlyMap<string, Group>
  /** absolute folder of the first source; the CA store and relative paths of connection settings live here */
  readonly folder: string
  /** absolute folder of the playbook that was named first, if one was */
  readonly playbookFolder?: string | undefined
}

/** A variable as written, with the layer it comes from. */
export interface VarOrigin {
  readonly source: Source
  readonly layer: string
  /** nobody has been asked for it */
  readonly unknown?: Unknown
}

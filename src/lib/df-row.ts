/** One line of `df -P`: of blocks, in the size that was asked for, or of inodes. */
export interface DfRow {
  readonly total: number
  readonly free: number
  readonly mount: string
}

/** `device total used free capacity mount`; undefined for the header and whatever else is none, such as a number that no filesystem has. */
export function dfRow(line: string): DfRow | undefined {
  const [, total, free, mount] = /\s(\d{1,15})\s+(?:\d+|-)\s+(\d{1,15})\s+(?:\d+%|-)\s+(\/.*)$/.exec(line) ?? []
  return mount === undefined ? undefined : { total: Number(total), free: Number(free), mount }
}

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the package: the nearest one above this module with a package.json, bundled or not. */
export const packageFolder = above(import.meta.dirname)

function above(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || dirname(folder) === folder) return folder
  return above(dirname(folder))
}

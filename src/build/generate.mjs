import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { docFiles } from './docs.mjs'
import { root } from './load-schemas.mjs'
import { schemaFiles } from './schema-files.mjs'
import { validatorFiles } from './validators.mjs'

/** Makes the files of a folder be exactly those given. A file that is right already keeps its time. */
async function writeFolder(folder, files) {
  for (const [name, text] of files) {
    const path = join(folder, name)
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue
    await mkdir(dirname(path), { recursive: true })
    // renamed into place: a test that runs meanwhile sees the old file or the new one
    await writeFile(`${path}.${process.pid}`, text)
    await rename(`${path}.${process.pid}`, path)
  }
  const present = await readdir(folder, { recursive: true, withFileTypes: true })
  // a name that ends in a number is the file another run is just writing
  for (const entry of present.filter((found) => found.isFile() && !/\.[0-9]+$/.test(found.name))) {
    const path = join(entry.parentPath, entry.name)
    if (!files.has(relative(folder, path).replaceAll('\\', '/'))) await rm(path, { force: true })
  }
}

/** The code that the program needs and git does not keep. */
export async function generateValidators() {
  await writeFolder(join(root, 'src/generated/validators'), await validatorFiles())
}

/** That, and what is checked in: schemas and reference pages. */
export async function generate() {
  await generateValidators()
  await writeFolder(join(root, 'schemas'), await schemaFiles())
  await writeFolder(join(root, 'docs/reference'), await docFiles())
}

// Tests and builds make the validators only: a page or schema that is out of date must be seen, not mended on the way.
if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  await (process.argv[2] === 'validators' ? generateValidators() : generate())
}

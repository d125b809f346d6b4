import { existsSync } from 'node:fs'
import { withLock } from '../fleet/lab/cache.ts'
import { command } from '../fleet/lab/command.ts'

/** The program age of the system, installed where that can be done. Throws an Error that says what is missing. */
export async function provideAge(): Promise<void> {
  const usable = async (): Promise<boolean> => (await command(['age', '--version'])).code === 0
  if (await usable()) return
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await withLock('age', async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      if (await usable()) return
      await command(['apt-get', 'update', '-qq'], { env })
      await command(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'age'], { env })
    })
    if (await usable()) return
  }
  throw new Error('these tests compare with the program age: install age')
}

import { provideAnsible } from './ansible.ts'

export async function setup(): Promise<void> {
  await provideAnsible()
}

import { expect, test } from 'vitest'
import { shells } from './shells.ts'

// `npm run test:all` installs them and says so by this variable; a quick run takes the shells it finds.
const wanted = process.env['TLSPLAY_TEST_ALL'] === '1' ? ['sh', 'bash', 'mksh', 'busybox'] : ['sh']

test(`questions are asked under ${shells.map(({ name }) => name).join(', ')}`, () => {
  expect(shells.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
})

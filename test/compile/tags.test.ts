import { expect, test } from 'vitest'
import { isSelected, unknownTags } from '../../src/compile/tags.ts'

test.each<[string, readonly string[], readonly string[], readonly string[], boolean]>([
  ['no tag runs by default', [], [], [], true],
  ['a tag runs by default', ['a'], [], [], true],
  ['never does not run by default', ['never', 'dbg'], [], [], false],
  ['never runs when its other tag is named', ['never', 'dbg'], ['dbg'], [], true],
  ['never runs when never is named', ['never'], ['never'], [], true],
  ['another tag does not run', ['b'], ['a'], [], false],
  ['no tag does not run when one is named', [], ['a'], [], false],
  ['always runs when another is named', ['always'], ['a'], [], true],
  ['always gives way to a skipped tag of its own', ['always', 'x'], [], ['x'], false],
  ['always stays when another tag is skipped', ['always', 'x'], [], ['y'], true],
  ['skip wins over named', ['a', 'b'], ['a'], ['b'], false],
  ['tagged takes any tag', ['a'], ['tagged'], [], true],
  ['tagged leaves out what has none', [], ['tagged'], [], false],
  ['tagged leaves out never', ['never'], ['tagged'], [], false],
  ['untagged takes what has none', [], ['untagged'], [], true],
  ['untagged leaves out a tag', ['a'], ['untagged'], [], false],
  ['all takes all', ['a'], ['all'], [], true],
  ['skip all spares always', ['always'], [], ['all'], true],
  ['skip all and always spares nothing', ['always'], [], ['all', 'always'], false],
  ['skip tagged', ['a'], [], ['tagged'], false],
  ['skip tagged leaves what has none', [], [], ['tagged'], true],
  ['skip untagged', [], [], ['untagged'], false],
])('%s', (_, own, tags, skipTags, runs) => {
  expect(isSelected(own, { tags, skipTags })).toBe(runs)
})

test('a tag that no task has is told with the one that was meant', () => {
  const existing = new Set(['certificate', 'verify'])
  expect(unknownTags(existing, { tags: ['certificat', 'all', 'verify'], skipTags: ['tagged', 'zz'] })).toMatchObject([
    { code: 'TAG_UNKNOWN', message: 'no task has the tag certificat of --tags', hint: 'did you mean "certificate"?' },
    { code: 'TAG_UNKNOWN', message: 'no task has the tag zz of --skip-tags' },
  ])
})

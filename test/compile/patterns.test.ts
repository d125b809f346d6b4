import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitHosts, selectHosts } from '../../src/compile/patterns.ts'
import type { Group, Inventory } from '../../src/model/inventory.ts'
import { codes, somewhere } from './compiled.ts'

const inventory = inventoryOf(
  {
    all: ['h1', 'h2', 'h3', 'h4', 'db', '2001:db8::1', 'a.example'],
    web: ['h1', 'h2', 'h3'],
    db: ['h3', 'h4'],
    prod: ['h2', 'h3', 'h4'],
    site: [],
    turned: ['h4', 'h1'],
  },
  { site: ['web'], turned: ['web'] },
)

function inventoryOf(
  groups: Readonly<Record<string, readonly string[]>>,
  children: Readonly<Record<string, readonly string[]>>,
): Inventory {
  const made = Object.entries(groups).map(([name, hosts]): [string, Group] => [
    name,
    { name, at: somewhere, hosts, children: children[name] ?? [], depth: name === 'all' ? 0 : 1, priority: 1, layers: [] },
  ])
  return {
    folder: '/play',
    groups: new Map(made),
    hosts: new Map(
      (groups['all'] ?? []).map((name) => [
        name,
        {
          name,
          at: somewhere,
          groups: ['all', ...Object.keys(groups).filter((group) => group !== 'all' && groups[group]?.includes(name))],
          layers: [],
        },
      ]),
    ),
  }
}

const select = (pattern: string) => selectHosts(pattern, inventory, somewhere)

test.each<[string, readonly string[]]>([
  ['all', ['h1', 'h2', 'h3', 'h4', 'db', '2001:db8::1', 'a.example']],
  ['*', ['h1', 'h2', 'h3', 'h4', 'db', '2001:db8::1', 'a.example']],
  ['web', ['h1', 'h2', 'h3']],
  ['site', ['h1', 'h2', 'h3']],
  ['h2', ['h2']],
  ['h4,h1', ['h4', 'h1']],
  ['h4:h1', ['h4', 'h1']],
  ['web,prod', ['h1', 'h2', 'h3', 'h4']],
  ['web:&prod', ['h2', 'h3']],
  ['web:&prod:!h3', ['h2']],
  ['!h3:&prod:web', ['h2']],
  ['web,&prod,!h3', ['h2']],
  ['!h1', ['h2', 'h3', 'h4', 'db', '2001:db8::1', 'a.example']],
  ['&prod', ['h2', 'h3', 'h4']],
  ['web[0]', ['h1']],
  ['web[-1]', ['h3']],
  ['web[0:1]', ['h1', 'h2']],
  ['web[1:]', ['h2', 'h3']],
  ['web[1-2]', ['h2', 'h3']],
  ['web[7]', []],
  // the order of the group, then that of its children, wherever the inventory names them
  ['turned', ['h4', 'h1', 'h2', 'h3']],
  ['turned[0]', ['h4']],
  ['turned[-1]', ['h3']],
  ['~h[12]', ['h1', 'h2']],
  ['~(h|w)', ['h1', 'h2', 'h3', 'h4']],
  ['~1', []],
  ['h?', ['h1', 'h2', 'h3', 'h4']],
  ['h[13]*', ['h1', 'h3']],
  ['h[!1]*', ['h2', 'h3', 'h4']],
  ['*.example', ['a.example']],
  ['a.example', ['a.example']],
  ['2001:db8::1', ['2001:db8::1']],
  ['localhost', ['localhost']],
  // a plain part that names a host means the host; behind & and ! the group of that name
  ['db', ['db']],
  ['web:&db', ['h3']],
  ['prod:!db', ['h2']],
])('%s selects %j', (pattern, hosts) => {
  expect(select(pattern).hosts).toEqual(hosts)
  expect(select(pattern).problems).toEqual([])
})

test('what matches nothing is a warning that says what was meant', () => {
  expect(select('wbe').warnings).toMatchObject([{ code: 'HOST_UNKNOWN', hint: 'did you mean "web"?' }])
  expect(select('web,prod:!h3').warnings).toMatchObject([{ code: 'HOST_UNKNOWN', hint: 'where a comma separates, colons do not' }])
  expect(select('web').warnings).toEqual([])
})

test('a regular expression that is none is a problem', () => {
  expect(codes(select('~(').problems)).toEqual(['PATTERN_INVALID'])
})

test('the order of the parts does not matter', () => {
  const parts = fc.uniqueArray(
    fc.constantFrom('web', 'prod', 'h1', 'h4', 'db', '&prod', '&web', '!h3', '!db', '~h[12]', 'h?', 'web[0:1]'),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.nat()), fc.constantFrom(':', ','), (given, keys, separator) => {
      const shuffled = given
        .map((part) => ({ part, key: keys.next().value as number }))
        .toSorted((one, other) => one.key - other.key)
        .map(({ part }) => part)
      expect(select(shuffled.join(separator)).hosts.toSorted()).toEqual(select(given.join(':')).hosts.toSorted())
    }),
  )
})

describe('--limit', () => {
  const limit = (text: string) => limitHosts(text, inventory, (path) => (path === 'retry' ? '# kept\nh1\n\nprod:!h4\n' : undefined))
  test.each<[string, readonly string[]]>([
    ['web', ['h1', 'h2', 'h3']],
    ['@retry', ['h1', 'h2', 'h3']],
    ['@retry,!h2', ['h1', 'h3']],
  ])('%s', (text, hosts) => {
    expect(limit(text)).toMatchObject({ hosts, problems: [] })
  })
  test.each<[string, string]>([
    ['nobody', 'NO_HOSTS'],
    ['', 'NO_HOSTS'],
    ['web:!web', 'NO_HOSTS'],
    ['@missing', 'FILE_MISSING'],
    ['~(', 'PATTERN_INVALID'],
  ])('%j is %s', (text, code) => {
    expect(codes(limit(text).problems)).toEqual([code])
  })
})

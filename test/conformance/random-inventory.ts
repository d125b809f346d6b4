import fc from 'fast-check'
import type { InventoryCase } from './inventories.ts'

const groupNames = ['web', 'db', 'edge', 'prod', 'lab', 'eu', 'us', 'cache'] as const
const hostNames = ['h1', 'h2', 'h3', 'h4', 'h5', 'n1.lab', 'n2.lab'] as const
const variableNames = ['a', 'b', 'c', 'd', 'long_name'] as const

const word = fc.constantFrom('1', '0', '1.5', 'True', 'true', 'None', 'x', '"x y"', '10.0.0.1', '[1,2]', '007', '-3', "'5'", '0x10', 'a-b')
const yamlWord = fc.constantFrom('1', '0644', 'yes', 'no', '~', '"yes"', '1.5', '[1, {a: b}]', '{k: v}', 'text', '08', '1_0', 'on', '0x1f')

const lineVars = fc.dictionary(fc.constantFrom(...variableNames), word, { maxKeys: 3, noNullPrototype: true })
const fileVars = fc.dictionary(fc.constantFrom(...variableNames), yamlWord, { minKeys: 1, maxKeys: 3, noNullPrototype: true })

interface Shape {
  readonly members: Readonly<Record<string, readonly string[]>>
  /** pairs of groups; only from a later name to an earlier one, so that there is no circle */
  readonly edges: readonly (readonly [string, string])[]
  readonly hostVars: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly groupVars: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly priorities: Readonly<Record<string, number>>
  readonly groupFiles: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly hostFiles: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly loose: readonly string[]
}

const group = fc.constantFrom(...groupNames)
const host = fc.constantFrom(...hostNames)
const keyed = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>, maxKeys: number) =>
  fc.dictionary(key, value, { maxKeys, noNullPrototype: true })

const shape: fc.Arbitrary<Shape> = fc.record({
  members: keyed(group, fc.uniqueArray(host, { maxLength: 4 }), 6),
  edges: fc.array(
    fc.tuple(fc.nat(groupNames.length - 1), fc.nat(groupNames.length - 1)).map(([one, other]): readonly [string, string] => {
      const [child, parent] = [Math.min(one, other), Math.max(one, other)]
      return [groupNames[parent] ?? 'web', groupNames[child] ?? 'web']
    }),
    { maxLength: 5 },
  ),
  hostVars: keyed(host, lineVars, 4),
  groupVars: keyed(group, lineVars, 4),
  priorities: keyed(group, fc.integer({ min: 0, max: 20 }), 3),
  groupFiles: keyed(fc.constantFrom('all', ...groupNames), fileVars, 4),
  hostFiles: keyed(host, fileVars, 3),
  loose: fc.uniqueArray(host, { minLength: 1, maxLength: 3 }),
})

/** Inventories in both grammars, with groups in groups, priorities and files of variables beside them. */
export const randomInventory: fc.Arbitrary<InventoryCase> = fc.tuple(shape, fc.boolean()).map(([drawn, asYaml]) => {
  const edges = drawn.edges.filter(([parent, child]) => parent !== child)
  const file = asYaml ? 'hosts.yml' : 'hosts'
  const named = new Set([...Object.keys(drawn.members), ...edges.flat(), ...Object.keys(drawn.groupVars), ...Object.keys(drawn.priorities)])
  return {
    files: {
      [file]: (asYaml ? yamlText : iniText)({ ...drawn, edges }, [...named]),
      ...files('group_vars', drawn.groupFiles),
      ...files('host_vars', drawn.hostFiles),
    },
    from: [file],
  }
})

function files(folder: string, drawn: Shape['groupFiles']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(drawn).map(([name, vars]) => [
      `${folder}/${name}.yml`,
      Object.entries(vars)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    ]),
  )
}

function iniText(drawn: Shape, groups: readonly string[]): string {
  const line = (name: string): string =>
    [name, ...Object.entries(drawn.hostVars[name] ?? {}).map(([key, value]) => `${key}=${value}`)].join(' ')
  const varsOf = (name: string): readonly string[] => [
    ...Object.entries(drawn.groupVars[name] ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(drawn.priorities[name] === undefined ? [] : [`ansible_group_priority=${drawn.priorities[name]}`]),
  ]
  return [
    ...drawn.loose.map(line),
    ...groups.flatMap((name) => [`[${name}]`, ...(drawn.members[name] ?? []).map(line)]),
    ...drawn.edges.flatMap(([parent, child]) => [`[${parent}:children]`, child]),
    ...groups.flatMap((name) => (varsOf(name).length === 0 ? [] : [`[${name}:vars]`, ...varsOf(name)])),
    '',
  ].join('\n')
}

function yamlText(drawn: Shape, groups: readonly string[]): string {
  const flow = (vars: Readonly<Record<string, unknown>>): string =>
    `{${Object.entries(vars)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
      .join(', ')}}`
  const hosts = (names: readonly string[]): string => `{${names.map((name) => `${name}: ${flow(drawn.hostVars[name] ?? {})}`).join(', ')}}`
  return [
    `all: {hosts: ${hosts(drawn.loose)}}`,
    ...groups.map((name) => {
      const vars = {
        ...drawn.groupVars[name],
        ...(drawn.priorities[name] === undefined ? {} : { ansible_group_priority: drawn.priorities[name] }),
      }
      const children = [...new Set(drawn.edges.filter(([parent]) => parent === name).map(([, child]) => child))]
      return `${name}: {hosts: ${hosts(drawn.members[name] ?? [])}, vars: ${flow(vars)}, children: {${children.map((child) => `${child}: {}`).join(', ')}}}`
    }),
    '',
  ].join('\n')
}

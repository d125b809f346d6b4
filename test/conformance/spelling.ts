export type Side = 'tlsplay' | 'ansible'

/** What the two sides write differently. */
export class Spelled {
  readonly tlsplay: unknown
  readonly ansible: unknown

  constructor(tlsplay: unknown, ansible: unknown) {
    this.tlsplay = tlsplay
    this.ansible = ansible
  }
}

export const spelled = (tlsplay: unknown, ansible: unknown): Spelled => new Spelled(tlsplay, ansible)

/** A tree as one side writes it: JSON, which both read as YAML. Absent values are left out. */
export function written(tree: unknown, side: Side): string {
  return JSON.stringify(spell(tree, side))
}

function spell(tree: unknown, side: Side): unknown {
  if (tree instanceof Spelled) return spell(tree[side], side)
  if (Array.isArray(tree)) return tree.flatMap((entry) => [spell(entry, side)].filter((each) => each !== undefined))
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, spell(value, side)]))
}

export type Keywords = Readonly<Record<string, unknown>>

/**
 * A task that does nothing and says what it did. Ansible's debug is no module, so it costs no Python on a host; what a command
 * here does is known after it ran, what a debug does before.
 */
export function act(name: string, keywords: Keywords = {}): Keywords | Spelled {
  return spelled(
    { name, command: { argv: ['true'] }, changed_when: false, ...keywords },
    { name, debug: { msg: name }, changed_when: false, ...keywords },
  )
}

/** Says the values of names, or `absent` for what is not defined; both sides' answers are compared as JSON. */
export function tell(name: string, names: readonly string[], keywords: Keywords = {}, absent = '"undefined"'): Keywords | Spelled {
  // The last space keeps Handlebars from reading three braces.
  const text = (value: (each: string) => string): string => `{${names.map((each) => `"${each}": ${value(each)}`).join(', ')} }`
  return {
    name: `tell ${name}`,
    debug: {
      msg: spelled(
        text((each) => `{{ toJson (default ${each} ${absent}) }}`),
        text((each) => `{{ ${each} | default(${absent}) | to_json }}`),
      ),
    },
    ...keywords,
  }
}

/** A condition in CEL and in Jinja. */
export const condition = (cel: string, jinja: string): Spelled => spelled(cel, jinja)

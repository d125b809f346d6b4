import { code, page, table } from './docs-markdown.mjs'

/** docs/reference/functions.md */
export function functionsPage({ functions, usage, jinjaNames, factAliases, factsMap }) {
  const rows = [...functions.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((fn) => [code(fn.name), code(usage(fn)), code(asCall(fn)), fn.summary])
  return page(
    'src/compile/functions.ts and src/compile/facts.ts',
    '# Functions and facts',
    'One table serves templates (Handlebars: `{{ lower name }}`) and conditions (CEL: `lower(name) == "a"`). In a template a value may also go through a chain of functions: `{{ name | lower | replace("-", "_") }}`. Arguments ending in `?` may be left out, `...` takes any number.',
    table(['function', 'in a template', 'in a condition', 'what it gives'], rows),
    'What is made of a secret is a secret, unless it is a number or true or false. What is made of a value that is only known after apply is only known after apply.',
    'In conditions the operators and functions of CEL are there beside these: `==`, `<`, `&&`, `||`, `!`, `? :`, `in`, `size(x)`, `x.startsWith("a")`, `x.matches("re")` (RE2 syntax), `list.exists(i, i > 1)`, `has(a.b)`, `int(x)`, `string(x)`.',
    '## Names that people bring from Ansible',
    table(
      ['Ansible', 'here'],
      [...jinjaNames].map(([theirs, ours]) => [code(theirs), code(ours)]),
    ),
    'A template that uses one of the left names is the problem `HELPER_UNKNOWN`, and the hint names the right one.',
    '## Facts',
    'A fact is asked of a host only where a text names it, in the same exchange as everything else.',
    table(['fact', "also known by Ansible's name"], factRows(factsMap, factAliases)),
    '`facts.services["NAME.service"]` is a unit of systemd with `active_state`, `enabled`, `main_pid`, `user` and `group`, or null where there is no such unit.',
  )
}

function asCall({ name, params }) {
  return `${name}(${params.map((param) => `${param.name}${param.rest === true ? '...' : param.optional === true ? '?' : ''}`).join(', ')})`
}

/** Walks the namespace as a template would; each leaf answers with its own path. */
function factRows(factsMap, factAliases) {
  const leaf = Symbol('leaf')
  const paths = []
  const walk = (map, path) => {
    for (const key of Object.keys(map)) {
      const here = [...path, key]
      if (here.join('.') === 'services') continue
      if (map[key] === leaf) paths.push(here)
      else walk(map[key], here)
    }
  }
  walk(
    factsMap(() => leaf),
    [],
  )
  const aliases = [...factAliases].map(([name, path]) => [name, path.join('.')])
  return paths.map((path) => [
    code(['facts', ...path].join('.')),
    aliases.flatMap(([name, of]) => (of === path.join('.') ? [code(name)] : [])).join(', '),
  ])
}

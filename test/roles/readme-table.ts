import { parse } from 'yaml'

interface Input {
  readonly type: string
  readonly description: string
  readonly required?: boolean
  readonly default?: unknown
  readonly enum?: readonly string[]
}

/** The table of inputs that ends the README of a role, made from its role.yml. */
export function inputTable(roleText: string): string {
  const { inputs } = parse(roleText) as { readonly inputs: Readonly<Record<string, Input>> }
  const rows = Object.entries(inputs).map(
    ([name, input]) => `| \`${name}\` | ${input.enum?.join(', ') ?? input.type} | ${shown(input)} | ${input.description} |`,
  )
  return ['## Inputs', '', '| input | type | default | what it is |', '|---|---|---|---|', ...rows, ''].join('\n')
}

function shown(input: Input): string {
  if (input.required === true) return 'required'
  return input.default === '' ? '' : `\`${typeof input.default === 'string' ? input.default : JSON.stringify(input.default)}\``
}

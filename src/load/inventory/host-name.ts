import type { Position, Problem } from '../../model/problem.ts'
import type { MapSource } from '../../model/source.ts'
import { Secret } from '../../model/value.ts'
import { isTemplate, literalSource } from '../plain.ts'
import { labelOf } from '../value-labels.ts'

/**
 * Names and addresses end up on screens, in patterns, in known_hosts and in what is dialled. Only what can be one is let in:
 * no leading `-`, no blank, no sign of sh, no percent (expansion of ssh, IPv6 zone), no control or direction character.
 */
const hostName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/
const ipv6Address = /^(?=.*:.*:)[0-9a-fA-F:]+(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3})?$/
const userName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.@\\+-]{0,127})\$?$/
const longestName = 253

export function isHostName(text: string): boolean {
  return text.length <= longestName && (hostName.test(text) || ipv6Address.test(text))
}

export function checkHostName(name: string, at: Position, problems: Problem[]): boolean {
  if (isHostName(name)) return true
  const hint = /^[^@]+@[^@]+$/.test(name)
    ? 'the user is a variable of its own: ansible_user'
    : 'a name is made of letters, digits, "_", "." and "-" and starts with no "-"; or it is an IP address'
  problems.push({ code: 'HOST_NAME_INVALID', message: `${labelOf(name)} cannot be the name of a host`, at, hint })
  return false
}

const hostVariables = ['ansible_host', 'ansible_ssh_host', 'tlsplay_host']
const userVariables = ['ansible_user', 'ansible_ssh_user', 'ansible_become_user', 'tlsplay_user', 'tlsplay_become_user']
const portVariables = ['ansible_port', 'ansible_ssh_port', 'tlsplay_port']

/** Checks the variables that decide where and as whom to connect, where they are no templates. */
export function checkConnectionVars(vars: MapSource, problems: Problem[]): void {
  for (const { key, value } of vars.entries) {
    const kind = hostVariables.includes(key)
      ? 'host'
      : userVariables.includes(key)
        ? 'user'
        : portVariables.includes(key)
          ? 'port'
          : undefined
    // one from a vault is judged where it is used
    if (kind === undefined || (value.kind === 'scalar' && value.value instanceof Secret)) continue
    const text =
      value.kind === 'scalar' && (typeof value.value === 'string' || typeof value.value === 'number') ? String(value.value) : undefined
    if (text !== undefined && isTemplate(text)) continue
    const problem = text === undefined ? undefined : connectionProblem(kind, key, text, value.at)
    if (text === undefined)
      problems.push({
        code: 'TYPE_WRONG',
        message: `${key}: expected ${kind === 'port' ? 'a port' : 'text'}, got ${labelOf(literalSource(value))}`,
        at: value.at,
        hint: connectionHints[kind],
      })
    else if (problem !== undefined) problems.push(problem)
  }
}

const connectionHints = {
  host: 'write a host name or an IP address',
  user: 'write the name as it stands in /etc/passwd',
  port: 'write a number from 1 to 65535',
} as const

function connectionProblem(kind: 'host' | 'user' | 'port', key: string, text: string, at: Position): Problem | undefined {
  switch (kind) {
    case 'host':
      return isHostName(text)
        ? undefined
        : { code: 'HOST_NAME_INVALID', message: `${key}: ${labelOf(text)} cannot be an address`, at, hint: connectionHints.host }
    case 'user':
      return userName.test(text)
        ? undefined
        : { code: 'HOST_NAME_INVALID', message: `${key}: ${labelOf(text)} cannot be the name of a user`, at, hint: connectionHints.user }
    case 'port':
      return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? undefined
        : { code: 'VALUE_INVALID', message: `${key}: ${labelOf(text)} is no port`, at, hint: connectionHints.port }
  }
}

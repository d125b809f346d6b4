import { isIP } from 'node:net'
import { type Position, type Problem, TlsplayError } from '../model/problem.ts'
import { Secret, type Value } from '../model/value.ts'
import { kindOf } from './secrecy.ts'
import type { Scope } from './scope.ts'

/** A setting that was found, with the name it was found under. */
export interface Setting {
  readonly name: string
  readonly value: Value
  readonly at: Position | undefined
}

/** Reads connection settings from variables, and collects what is wrong with them. Values come from people, names from files: each is checked before use. */
export class Settings {
  readonly problems: Problem[] = []
  readonly #scope: Scope
  readonly #fallback: Position

  constructor(scope: Scope, fallback: Position) {
    this.#scope = scope
    this.#fallback = fallback
  }

  /** The first of several names that is defined. */
  find(names: readonly string[]): Setting | undefined {
    for (const name of names) {
      try {
        const value = this.#scope.lookup(name)
        if (value !== undefined && value !== null) return { name, value, at: this.#scope.origin(name)?.source.at }
      } catch (error) {
        if (!(error instanceof TlsplayError)) throw error
        this.problems.push(...error.problems)
        return undefined
      }
    }
    return undefined
  }

  refuse(setting: Setting, code: Problem['code'], message: string, hint?: string): undefined {
    this.problems.push({
      code,
      message: `${setting.name}: ${message}`,
      at: setting.at ?? this.#fallback,
      ...(hint === undefined ? {} : { hint }),
    })
    return undefined
  }

  /** `shown` is how a message may quote it: what comes from a vault is used and not told. */
  text(names: readonly string[]): { readonly text: string; readonly shown: string; readonly setting: Setting } | undefined {
    const setting = this.find(names)
    if (setting === undefined) return undefined
    const { value } = setting
    if (value instanceof Secret && value.reveal() !== '') return { text: value.reveal(), shown: String(value), setting }
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      return { text: String(value), shown: JSON.stringify(String(value)), setting }
    return this.refuse(setting, 'VALUE_INVALID', `expected a text, got ${setting.value === '' ? 'an empty one' : kindOf(setting.value)}`)
  }

  hostName(names: readonly string[]): string | undefined {
    const found = this.text(names)
    if (found === undefined) return undefined
    return isHostName(found.text)
      ? found.text
      : this.refuse(
          found.setting,
          'HOST_NAME_INVALID',
          `${found.shown} is not a host name or address`,
          'letters, digits, dots and hyphens, or an IPv4 or IPv6 address without zone',
        )
  }

  userName(names: readonly string[]): string | undefined {
    const found = this.text(names)
    if (found === undefined) return undefined
    return isUserName(found.text)
      ? found.text
      : this.refuse(
          found.setting,
          'HOST_NAME_INVALID',
          `${found.shown} is not the name of a user`,
          'letters, digits, dots, hyphens and underscores, not beginning with a hyphen',
        )
  }

  /** An absolute path on the host. */
  folder(names: readonly string[]): string | undefined {
    const found = this.text(names)
    if (found === undefined) return undefined
    return /^(?:\/[^/\x00-\x1f]+)+$/.test(found.text) && !found.text.split('/').includes('..')
      ? found.text
      : this.refuse(found.setting, 'VALUE_INVALID', `expected an absolute path, got ${found.shown}`)
  }

  whole(names: readonly string[], least: number, most: number): number | undefined {
    const found = this.text(names)
    if (found === undefined) return undefined
    const value = /^\d{1,9}$/.test(found.text) ? Number(found.text) : Number.NaN
    return value >= least && value <= most
      ? value
      : this.refuse(found.setting, 'VALUE_INVALID', `expected a whole number from ${least} to ${most}, got ${found.shown}`)
  }

  /** INI files give texts for booleans, so their words are read too. */
  flag(names: readonly string[]): boolean | undefined {
    const setting = this.find(names)
    if (setting === undefined) return undefined
    if (typeof setting.value === 'boolean') return setting.value
    const { value } = setting
    const written = value instanceof Secret ? value.reveal() : typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    const word = written.toLowerCase()
    if (['true', 'yes', 'on', '1'].includes(word)) return true
    if (['false', 'no', 'off', '0'].includes(word)) return false
    return this.refuse(
      setting,
      'VALUE_INVALID',
      `expected true or false, got ${word === '' || value instanceof Secret ? kindOf(value) : JSON.stringify(word)}`,
    )
  }

  secret(names: readonly string[]): Secret | undefined {
    const setting = this.find(names)
    if (setting === undefined) return undefined
    if (setting.value instanceof Secret) return setting.value
    if (typeof setting.value === 'string' || typeof setting.value === 'number') return Secret.of(String(setting.value))
    return this.refuse(setting, 'VALUE_INVALID', `expected a text, got ${kindOf(setting.value)}`)
  }

  path(names: readonly string[], resolve: (path: string) => string): string | undefined {
    const found = this.text(names)
    if (found === undefined) return undefined
    return /[\0-\x1f\x7f]/.test(found.text)
      ? this.refuse(found.setting, 'VALUE_INVALID', 'a path cannot hold control characters')
      : resolve(found.text)
  }
}

/** No option, no list, no quoting, no zone: what is left can stand anywhere. */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false
  if (isIP(text) !== 0) return !text.includes('%')
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/.test(text)
}

export function isUserName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}\$?$/.test(text)
}

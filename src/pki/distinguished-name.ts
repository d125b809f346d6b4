import type { DistinguishedName } from '../model/fact.ts'
import { childrenOf, type Der, readOid } from './der.ts'

export const subjectFields = ['C', 'ST', 'L', 'O', 'OU', 'CN'] as const
export type SubjectField = (typeof subjectFields)[number]

const fieldOfOid: Readonly<Record<string, SubjectField>> = {
  '2.5.4.6': 'C',
  '2.5.4.8': 'ST',
  '2.5.4.7': 'L',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.3': 'CN',
}

const bmpString = 0x1e
const utf8String = 0x0c

/** Of a field that is given more than once the first counts; other fields are left out. */
export function readName(name: Der): DistinguishedName {
  const read: Partial<Record<SubjectField, string>> = {}
  for (const relative of childrenOf(name)) {
    for (const pair of childrenOf(relative)) {
      const [type, value] = childrenOf(pair)
      const field = type === undefined ? undefined : fieldOfOid[readOid(type.content)]
      if (field !== undefined && value !== undefined) read[field] ??= readText(value)
    }
  }
  return read
}

export function sameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return subjectFields.every((field) => one[field] === other[field])
}

/** `O=Example, CN=h1.lab.test` in the order of a certificate. */
export function formatName(name: DistinguishedName): string {
  const parts = subjectFields.flatMap((field) => (name[field] === undefined ? [] : [`${field}=${name[field]}`]))
  return parts.length === 0 ? '(empty)' : parts.join(', ')
}

function readText(value: Der): string {
  const bytes = Buffer.from(value.content)
  if (value.tag === utf8String) return bytes.toString('utf8')
  if (value.tag !== bmpString || bytes.length % 2 !== 0) return bytes.toString('latin1')
  return bytes.swap16().toString('utf16le')
}

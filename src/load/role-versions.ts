import coerce from 'semver/functions/coerce.js'
import satisfies from 'semver/functions/satisfies.js'
import valid from 'semver/functions/valid.js'
import validRange from 'semver/ranges/valid.js'
import type { RoleUse } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'

/** Apart from the rest, and only loaded when a version is asked for. */
export function checkVersions(uses: readonly RoleUse[]): readonly Problem[] {
  return uses.flatMap(({ role, version }): readonly Problem[] => {
    if (version === undefined) return []
    const { value, at } = version
    const verdict = inRange(role.version, value)
    if (verdict === 'yes') return []
    if (verdict === 'no range')
      return [
        {
          code: 'VALUE_INVALID',
          message: `version: "${value}" is no range of versions`,
          at,
          hint: "write '1.2.3', '>=1.2', '^1.2' or '>=1.2 <2'",
        },
      ]
    return [
      {
        code: 'ROLE_VERSION',
        message: `the role ${role.name} has version ${role.version}, expected ${value}`,
        at,
        hint: `it is the role in ${role.at.file}; ask for a range that it is in, or bring the one you need`,
      },
    ]
  })
}

/** Whether a version is in a range, as npm reads both; `1` and `1.2` count as `1.0.0` and `1.2.0`. */
export function inRange(version: string, range: string): 'yes' | 'no' | 'no range' {
  if (validRange(range) === null) return 'no range'
  const full = valid(version) ?? coerce(version)
  return full !== null && satisfies(full, range) ? 'yes' : 'no'
}

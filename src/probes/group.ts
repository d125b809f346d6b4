import type { Answer, GroupFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, wholeNumber } from './bytes.ts'
import { entryFunction } from './name-entry.ts'
import { defineProbe } from './probe-kind.ts'

/** Groups by name or number. */
export const group = defineProbe<'group'>({
  kind: 'group',
  tools: [],
  script: (targets) => String.raw`${entryFunction}tls_group() {
  for tls_n do
    tls_entry group "$tls_n"
    printf '%s\n' "${'$'}{tls_e:--}"
  done
}
tls_group ${quoteAll(targets.map(({ name }) => name))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    return targets.map(({ name }, index): Answer<GroupFact> => {
      const line = lines[index]
      if (line === '-') return absent
      const gid = wholeNumber(line?.split(':')[2])
      return gid === undefined ? unreadable(`group ${name}`) : { gid }
    })
  },
})

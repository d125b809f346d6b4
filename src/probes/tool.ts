import type { Answer, ToolFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, utf8 } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** Where programs are found on PATH; a builtin of the shell answers with its bare name. */
export const tool = defineProbe<'tool'>({
  kind: 'tool',
  tools: [],
  script: (targets) => String.raw`tls_tool() {
  for tls_n do
    case $tls_n in
      ''|-*) echo - ;;
      *) command -v "$tls_n" 2>/dev/null || echo - ;;
    esac
  done
}
tls_tool ${quoteAll(targets.map(({ name }) => name))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    return targets.map(({ name }, index): Answer<ToolFact> => {
      const line = lines.length > targets.length ? lines[index] : undefined
      if (line === undefined || line === '') return unreadable(`the tool ${name}`)
      return line === '-' ? absent : { path: utf8(line) }
    })
  },
})

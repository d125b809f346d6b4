import { isAbsent, type Absent, type Answer, type Look } from '../../model/fact.ts'
import { Unknown } from '../../model/value.ts'

/** The fact, where there is one. */
export function known<T extends object>(answer: Answer<T> | undefined): T | undefined {
  return answer === undefined || answer instanceof Unknown || isAbsent(answer) ? undefined : (answer as Exclude<T, Absent | Unknown>)
}

/** Text of a file of a host. */
export function textOf(look: Look, path: string): string | undefined {
  const content = known(look('content', { path }))
  return content === undefined ? undefined : Buffer.from(content.bytes).toString('utf8')
}

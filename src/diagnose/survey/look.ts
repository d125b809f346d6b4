import { isAbsent, type Absent, type Answer, type Fact, type ProbeKindName, type Target } from '../../model/fact.ts'
import { Unknown } from '../../model/value.ts'

/**
 * The answer of a host, or undefined while it was not asked: whoever calls notes the question, asks all of them in one
 * exchange, and reads again. So what is read decides what is asked, and nothing else has to list it.
 */
export type Look = <K extends ProbeKindName>(kind: K, target: Target<K>) => Answer<Fact<K>> | undefined

/** The fact, where there is one. */
export function known<T extends object>(answer: Answer<T> | undefined): T | undefined {
  return answer === undefined || answer instanceof Unknown || isAbsent(answer) ? undefined : (answer as Exclude<T, Absent | Unknown>)
}

/** Text of a file of a host. */
export function textOf(look: Look, path: string): string | undefined {
  const content = known(look('content', { path }))
  return content === undefined ? undefined : Buffer.from(content.bytes).toString('utf8')
}

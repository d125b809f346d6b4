import { refused } from '../../lib/host-file.ts'
import { waiting } from '../../lib/program/guards.ts'
import { type Answer, type CommandFact, isAbsent, type Probe } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { Step } from '../../model/step.ts'
import { type Decision, defineTaskType } from '../../model/task-type.ts'
import { revealText, Unknown, type Value, type ValueMap } from '../../model/value.ts'
import { type Heard, type Reading, read } from './answer.ts'
import { type Request, requestOf } from './request.ts'
import type { UriParams } from './schema.ts'

interface Deed {
  readonly step: Step
  readonly reading: Reading
  readonly changes: boolean
}

/** No file of settings of its user: what the task says is all that holds. */
const curl = ['curl', '-q', '-K', '-'] as const

/**
 * Sends a request from the host. GET and HEAD are asked while planning when nothing before them acts. What carries a secret
 * is not: a question is kept with its words, a secret only ever goes to the host.
 */
export const uri = defineTaskType<UriParams, Deed>({
  name: 'uri',
  summary: 'a request over HTTP or HTTPS',
  knowledge: 'asked',
  aliases: ['ansible.builtin.uri'],
  // The question itself is asked only where the plan needs its answer: a server that is to be started need not be dialled.
  *observe() {
    yield [{ kind: 'tool', target: { name: curl[0] } }]
  },
  plan(params, context) {
    const request = requestOf(params)
    if ('wrong' in request) return refused({ code: 'VALUE_INVALID', message: `uri: ${request.wrong}` })
    const tool = context.view.get('tool', { name: curl[0] })
    const { method = 'GET' } = params
    const url = String(params.url)
    const reading: Reading = { url, secret: request.secret, ...shown(params) }
    const named = `${method} ${url}`
    const unknown = unknownAnswer(url, params)
    if (isAbsent(tool)) return { ...refused(missing(context.host.name)), result: unknown }

    if (!isQuestion(params, request)) {
      const changes = method !== 'GET' && method !== 'HEAD'
      const step: Step = { kind: 'run', command: { argv: curl }, stdin: request.config, mayFail: true }
      const reason = changes ? 'sent each time' : 'it carries a secret, so it is asked in the run only'
      return planned(changes ? 'run' : 'check', named, reason, { step, reading, changes }, unknown)
    }
    if (context.dirty) return waiting('asked once the earlier tasks have acted')
    const question = questionOf(request)
    const fact = context.view.get(question.kind, question.target) as Answer<CommandFact>
    const { values, failed } = read(reading, heard(fact))
    const reason = failed ?? `${url} answered ${values['status']}`
    return { changes: [], predicts: [], reason, result: values, ...(failed === undefined ? {} : { failed }) }
  },
  *apply({ data: { step, reading, changes } }) {
    const [answer] = yield [step]
    const { values, failed } = read(reading, answer ?? lost)
    return { changed: changes, values, ...(failed === undefined ? {} : { failed }) }
  },
})

const lost: Heard = { rc: 255, stdout: '', stderr: 'no answer came back' }

function heard(fact: Answer<CommandFact> | undefined): Heard {
  if (fact === undefined || isAbsent(fact)) return lost
  return fact instanceof Unknown ? { ...lost, stderr: fact.why } : fact
}

/** The keys that an answer may have; which headers there will be nobody knows. */
function unknownAnswer(url: string, { return_content = false }: UriParams): ValueMap {
  const unknown = new Unknown('it has not been asked yet')
  const keys: readonly string[] = ['status', 'json', 'content_type', 'location', ...(return_content ? ['content'] : [])]
  return { url, ...Object.fromEntries(keys.map((key): [string, Value] => [key, unknown])) }
}

function isQuestion({ method = 'GET' }: UriParams, { secret }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && !secret
}

function questionOf({ config }: Request): Extract<Probe, { kind: 'command' }> {
  return { kind: 'command', target: { argv: ['sh', '-c', `printf %s "$1" | ${curl.join(' ')}`, 'sh', revealText(config)] } }
}

function shown({ return_content, status_code }: UriParams): Pick<Reading, 'return_content' | 'status_code'> {
  return { ...(return_content === undefined ? {} : { return_content }), ...(status_code === undefined ? {} : { status_code }) }
}

function planned(action: 'run' | 'check', named: string, reason: string, data: Deed, result: ValueMap): Decision<Deed> {
  const summary = action === 'run' ? `send ${named}` : `ask ${named}`
  return { changes: [{ action, target: named, summary, diffs: [], reason, data }], predicts: [], unconditional: true, reason, result }
}

function missing(host: string): Problem {
  return {
    code: 'TOOL_MISSING',
    message: `uri: curl is not installed on ${host}`,
    hint: 'install curl there, or ask from this machine\ndelegate_to: localhost',
  }
}

import { isList, isMap, Secret, type Value, type ValueMap } from '../../model/value.ts'
import type { UriParams } from './schema.ts'

export interface Heard {
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
}

/** How an answer is judged and what `register` keeps of it. */
export interface Reading extends Pick<UriParams, 'return_content' | 'status_code'> {
  /** as it may be shown */
  readonly url: string
  /** the request carried a secret, so texts of its answer are secret too */
  readonly secret: boolean
}

/** Words that `register` gives a meaning of its own. */
const kept = new Set(['changed', 'failed', 'skipped', 'msg', 'status', 'url', 'content', 'json'])

export function read(reading: Reading, { rc, stdout, stderr }: Heard): { readonly values: ValueMap; readonly failed: string | undefined } {
  const { url, secret, status_code = 200, return_content = false } = reading
  if (rc !== 0) {
    const said =
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^curl: /, '') ?? ''
    return { values: { status: -1, url }, failed: `${url}: curl ended with ${rc}${said === '' ? '' : `: ${said}`}` }
  }
  const told = /\n(\d{3}) (\d+) (\S*)\s*$/.exec(stdout)
  if (told === null) return { values: { status: -1, url }, failed: `${url}: the answer is larger than 256 KiB` }
  const [, code = '', headerBytes = '', where = url] = told
  const bytes = Buffer.from(stdout.slice(0, told.index), 'utf8')
  const headers = headersIn(bytes.subarray(0, Number(headerBytes)).toString('utf8'))
  const content = bytes.subarray(Number(headerBytes)).toString('utf8')
  const json = /json/i.test(headers['content_type'] ?? '') ? parsed(content) : undefined
  const veil = (value: Value): Value => (secret ? hidden(value) : value)
  const status = Number(code)
  const wanted: readonly number[] = typeof status_code === 'number' ? [status_code] : status_code
  return {
    values: {
      ...Object.fromEntries(
        Object.entries(headers)
          .filter(([name]) => !kept.has(name))
          .map(([name, value]) => [name, veil(value)]),
      ),
      status,
      url: secret ? url : where,
      ...(return_content ? { content: veil(content) } : {}),
      ...(json === undefined ? {} : { json: veil(json) }),
    },
    failed: wanted.includes(status) ? undefined : `${url}: answered ${status}, expected ${wanted.join(' or ')}`,
  }
}

/** Of the last answer, behind all redirects; names as Ansible writes them. */
function headersIn(text: string): Readonly<Record<string, string>> {
  const block =
    text
      .trimEnd()
      .split(/\r?\n\r?\n/)
      .at(-1) ?? ''
  const headers = new Map<string, string>()
  for (const line of block.split(/\r?\n/).slice(1)) {
    const [, name, value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const key = name.toLowerCase().replaceAll('-', '_')
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function hidden(value: Value): Value {
  if (typeof value === 'string') return Secret.of(value)
  if (isList(value)) return value.map(hidden)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one)])) : value
}

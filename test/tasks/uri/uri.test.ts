import { describe, expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { revealText, Secret, Unknown } from '../../../src/model/value.ts'
import { uri } from '../../../src/tasks/uri/index.ts'
import { requestOf } from '../../../src/tasks/uri/request.ts'
import type { UriParams } from '../../../src/tasks/uri/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextOf, deedOf, questionsOf } from '../host.ts'

const url = 'https://h1.test/health'
const curl: Told = ['tool', { name: 'curl' }, { path: '/usr/bin/curl' }]
const page = (status: number, headers: string, body: string) => {
  const head = `HTTP/1.1 ${status} x\r\n${headers}\r\n`
  return `${head}${body}\n${status} ${Buffer.byteLength(head)} ${url}`
}
const answer = (params: UriParams, stdout: string, rc = 0, stderr = ''): Told => {
  const request = requestOf(params)
  if ('wrong' in request) throw new Error(request.wrong)
  const argv = ['sh', '-c', 'printf %s "$1" | curl -q -K -', 'sh', revealText(request.config)]
  return ['command', { argv }, { rc, stdout, stderr }]
}
const asked = (params: UriParams, stdout: string, rc = 0, stderr = '') =>
  uri.plan(params, contextOf([curl, answer(params, stdout, rc, stderr)]))

describe('GET is asked while planning', () => {
  test('and its answer is there', () => {
    const params: UriParams = { url, return_content: true }
    expect(asked(params, page(200, 'Content-Type: application/json\r\nX-A: 1\r\nX-A: 2\r\n', '{"status":"pass","n":1}'))).toMatchObject({
      changes: [],
      reason: `${url} answered 200`,
      result: {
        status: 200,
        url,
        content_type: 'application/json',
        x_a: '1, 2',
        content: '{"status":"pass","n":1}',
        json: { status: 'pass', n: 1 },
      },
    })
  })

  test.each<{ case: string; params: UriParams; stdout: string; rc?: number; stderr?: string; failed: string | undefined }>([
    { case: 'a status that is wanted', params: { url, status_code: [204, 404] }, stdout: page(404, '', ''), failed: undefined },
    { case: 'a status that is not', params: { url }, stdout: page(503, '', 'down'), failed: `${url}: answered 503, expected 200` },
    {
      case: 'a certificate that is not trusted',
      params: { url },
      stdout: '\n000 0 ',
      rc: 60,
      stderr: 'curl: (60) SSL certificate problem\n',
      failed: `${url}: curl ended with 60: (60) SSL certificate problem`,
    },
    {
      case: 'an answer cut short',
      params: { url },
      stdout: 'HTTP/1.1 200 OK\r\n\r\nxxxx',
      failed: `${url}: the answer is larger than 256 KiB`,
    },
  ])('$case', ({ params, stdout, rc, stderr, failed }) => {
    expect(asked(params, stdout, rc, stderr).failed).toBe(failed)
  })

  test('the last answer counts where there were several, and what is no JSON is none', () => {
    const head = 'HTTP/1.1 302 x\r\nLocation: /b\r\n\r\nHTTP/2 200 \r\ncontent-type: application/json\r\n\r\n'
    const { result } = asked({ url }, `${head}{\n200 ${head.length} https://h1.test/b`)
    expect(result).toEqual({ status: 200, url: 'https://h1.test/b', content_type: 'application/json' })
  })

  test('an answer cannot take the place of what register itself says', () => {
    expect(asked({ url }, page(200, 'Changed: yes\r\nFailed: no\r\nStatus: 1\r\n', '')).result).toEqual({ status: 200, url })
  })

  test('and after what acts before it', () => {
    expect(uri.plan({ url }, contextOf([curl], { dirty: true }))).toMatchObject({
      changes: [],
      later: 'asked once the earlier tasks have acted',
    })
  })

  test.each([
    { case: 'no readable answer', fact: new Unknown('no way'), words: 'no way' },
    { case: 'none', fact: absent, words: 'no answer' },
  ])('$case is a failure', ({ fact, words }) => {
    const [kind, target] = answer({ url }, '')
    expect(uri.plan({ url }, contextOf([curl, [kind, target, fact] as Told])).failed).toContain(words)
  })
})

test('another method is named, sent once, and changes', () => {
  const decision = uri.plan({ url, method: 'POST', body: { a: 1 }, body_format: 'json' }, contextOf([curl]))
  expect(decision).toMatchObject({ changes: [{ action: 'run', summary: `send POST ${url}` }], unconditional: true })
  const [change] = decision.changes
  if (change === undefined) throw new Error('nothing to send')
  const { steps, result } = deedOf(uri, change, [{ ok: true, rc: 0, stdout: page(200, '', ''), stderr: '' }])
  expect(steps).toMatchObject([{ kind: 'run', command: { argv: ['curl', '-q', '-K', '-'] }, mayFail: true }])
  expect(result).toMatchObject({ changed: true, values: { status: 200 } })
})

describe('a request with a secret', () => {
  const secret = Secret.of('s3cret')
  test.each<{ case: string; params: UriParams }>([
    { case: 'password', params: { url, url_username: 'me', url_password: secret } },
    { case: 'header', params: { url, headers: { Authorization: Secret.join(['Token ', secret]) } } },
    { case: 'address', params: { url: Secret.join([`${url}?t=`, secret]) } },
    { case: 'body', params: { url, method: 'POST', body: { a: [secret] }, body_format: 'json' } },
    { case: 'form', params: { url, method: 'POST', body: { a: secret }, body_format: 'form-urlencoded' } },
  ])('in the $case is asked in the run only, on standard input, and follows no redirect', ({ params }) => {
    expect(questionsOf(uri, params, [curl])).toEqual([['tool curl']])
    const decision = uri.plan(params, contextOf([curl]))
    expect(JSON.stringify(decision)).not.toContain('s3cret')
    const [change] = decision.changes
    if (change === undefined) throw new Error('nothing to ask')
    const { steps, result } = deedOf(uri, change, [
      { ok: true, rc: 0, stdout: page(200, 'Content-Type: application/json\r\n', '{"token":"t0ken","n":1}'), stderr: '' },
    ])
    const [step] = steps
    if (step?.kind !== 'run' || step.stdin === undefined) throw new Error('nothing on standard input')
    expect(JSON.stringify(step.command)).not.toContain('s3cret')
    expect(revealText(step.stdin)).toContain('s3cret')
    expect(revealText(step.stdin)).not.toContain('location')
    expect(result?.values?.['json']).toEqual({ token: expect.any(Secret), n: 1 })
    expect(JSON.stringify(result)).not.toContain('t0ken')
  })
})

test('without curl it is refused, and says what else there is', () => {
  expect(uri.plan({ url }, contextOf([['tool', { name: 'curl' }, absent]])).problems).toMatchObject([
    { code: 'TOOL_MISSING', message: 'uri: curl is not installed on h1', hint: expect.stringContaining('delegate_to: localhost') },
  ])
})

test.each<{ case: string; params: UriParams; words: string }>([
  { case: 'a map without a format', params: { url, method: 'POST', body: { a: 1 } }, words: 'body_format: json' },
  { case: 'a list as a form', params: { url, method: 'POST', body: [1], body_format: 'form-urlencoded' }, words: 'expected a map' },
  { case: 'a NUL', params: { url, method: 'POST', body: 'a\0b' }, words: 'NUL' },
])('refused: $case', ({ params, words }) => {
  expect(uri.plan(params, contextOf([curl])).problems).toMatchObject([{ code: 'VALUE_INVALID', message: expect.stringContaining(words) }])
})

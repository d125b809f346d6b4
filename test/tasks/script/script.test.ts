import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { revealText, Secret } from '../../../src/model/value.ts'
import { script } from '../../../src/tasks/script/index.ts'
import type { ScriptParams } from '../../../src/tasks/script/schema.ts'
import { run, shells } from '../../probes/shells.ts'
import { contextOf, deedOf, questionsOf, there } from '../host.ts'

const me = userInfo().username
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

function stepOf(params: ScriptParams, text: string | Secret, user = me) {
  const asset = typeof text === 'string' ? bytes(text) : text
  const [change] = script.plan(params, contextOf([], { user, assets: [asset] })).changes
  const [step] = change === undefined ? [] : deedOf(script, change).steps
  if (step?.kind !== 'run' || !('script' in step.command)) throw new Error('runs no script')
  return { step, text: step.command.script }
}

test('is named in a plan with what it is, and its file comes from files/', () => {
  const params: ScriptParams = { cmd: "go.sh 'a b'", chdir: '/srv', env: { A: 'b' }, timeout: 9 }
  expect(script.assets?.(params)).toEqual([{ path: 'go.sh', kind: 'files', render: false }])
  const decision = script.plan(params, contextOf([], { assets: [bytes('x')] }))
  expect(decision.changes).toMatchObject([
    { action: 'run', summary: expect.stringMatching(/^run go\.sh 'a b' \(1 bytes, sha256 /), reason: 'runs each time' },
  ])
  expect(stepOf(params, 'x').step).toMatchObject({ chdir: '/srv', env: { A: 'b' }, timeoutSeconds: 9, mayFail: true })
})

test.each<{ case: string; params: ScriptParams; runs: boolean }>([
  { case: 'creates, there', params: { cmd: 'x', creates: '/a' }, runs: false },
  { case: 'creates, missing', params: { cmd: 'x', creates: '/b' }, runs: true },
  { case: 'removes, missing', params: { cmd: 'x', removes: '/b' }, runs: false },
  { case: 'unless succeeds', params: { cmd: 'x', unless: 'true' }, runs: false },
  { case: 'onlyif succeeds', params: { cmd: 'x', onlyif: ['true'] }, runs: true },
])('guard: $case', ({ params, runs }) => {
  const facts = [there('/a'), there('/b', absent), ['command', { argv: ['true'] }, { rc: 0, stdout: '', stderr: '' }] as const]
  expect(script.plan(params, contextOf(facts, { assets: [bytes('')] })).changes).toHaveLength(runs ? 1 : 0)
})

test.each<{ case: string; params: ScriptParams; code: string }>([
  { case: 'a secret argument', params: { cmd: Secret.join(['x ', Secret.of('p')]) }, code: 'SECRET_EXPOSED' },
  { case: 'a secret variable', params: { cmd: 'x', env: { PW: Secret.of('p') } }, code: 'SECRET_EXPOSED' },
  { case: 'nothing', params: { cmd: ' ' }, code: 'VALUE_INVALID' },
])('refused: $case', ({ params, code }) => {
  expect(script.plan(params, contextOf([], { assets: [bytes('')] })).problems).toMatchObject([{ code }])
  expect(script.assets?.(params) ?? []).toHaveLength(code === 'SECRET_EXPOSED' && params.env !== undefined ? 1 : 0)
})

test('paths of its guards are asked for', () => {
  expect(questionsOf(script, { cmd: 'x', creates: '/a' }, [there('/a')])).toEqual([['file /a']])
  expect(questionsOf(script, { cmd: 'x' }, [])).toEqual([])
})

test('a script with a secret in it stays secret in its step', () => {
  const { text } = stepOf({ cmd: 'x' }, Secret.join(['echo ', Secret.of('s3cret')]))
  expect(text).toBeInstanceOf(Secret)
  expect(JSON.stringify(text)).not.toContain(Buffer.from('echo s3cret').toString('base64'))
})

describe.each(shells)('on $name', (shell) => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tlsplay-script-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const ran = (params: ScriptParams, text: string) => {
    const { stdout, stderr } = run(
      shell,
      `TMPDIR='${folder}'; export TMPDIR\n${revealText(stepOf(params, text).text)}\nrc=$?\nprintf 'rc %s\\n' "$rc"`,
    )
    return { said: Buffer.from(stdout).toString(), wrong: stderr.toString() }
  }

  test.each([
    {
      case: 'by sh when it names nobody',
      text: 'echo "$# $1 $2"; cat; exit 3\n',
      params: { cmd: "a.sh 'b c' '$d'" },
      said: '2 b c $d\nrc 3\n',
    },
    {
      case: 'by what its first line names',
      text: '#! /usr/bin/env -S\nno',
      params: { cmd: 'a', executable: '/bin/echo' },
      said: /^\/.*\/a\nrc 0\n$/,
    },
    { case: 'with an argument for the reader', text: '#!/bin/sh -e\nfalse\necho no\n', params: { cmd: 'a' }, said: 'rc 1\n' },
    { case: 'whatever it is called', text: 'echo ok\n', params: { cmd: `"it's a \\$(name).sh"` }, said: 'ok\nrc 0\n' },
    { case: 'of many lines', text: `${'# '.repeat(5000)}\necho end\n`, params: { cmd: 'a' }, said: 'end\nrc 0\n' },
  ])('it is read $case, and nothing of it stays', ({ text, params, said }) => {
    const told = ran(params, text)
    if (typeof said === 'string') expect(told).toEqual({ said, wrong: '' })
    else expect(told.said).toMatch(said)
    expect(readdirSync(folder)).toEqual([])
  })
})

import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { acmeIssuer } from '../../src/issuers/acme/acme-issuer.ts'
import { accountKey } from '../../src/issuers/acme/account.ts'
import { AcmeClient } from '../../src/issuers/acme/client.ts'
import { runHook } from '../../src/issuers/acme/hook.ts'
import { dnsValue, keyAuthorization, signedBody } from '../../src/issuers/acme/jws.ts'
import { Secret } from '../../src/model/value.ts'
import { nameServer } from '../fakes/name-server.ts'
import { selfSigned } from '../fakes/tls-servers.ts'

// The protocol as a whole is held against pebble in the fleet; here is what no good server does.
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-acme-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const word = Secret.of('correct horse')
const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pause = async () => {}

interface Said {
  readonly status?: number
  readonly body?: unknown
  readonly location?: string
}

/** A server that answers each path from a list, the last answer again and again; and what it was sent. */
async function serverThat(answers: Readonly<Record<string, readonly Said[]>>) {
  const pair = selfSigned(folder, 'DNS:localhost,IP:127.0.0.1')
  const heard: { readonly path: string; readonly body: string }[] = []
  const left = new Map(Object.entries(answers).map(([path, some]) => [path, [...some]]))
  const server = createServer({ cert: pair.cert, key: pair.key }, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const path = request.url ?? ''
      if (request.method === 'POST') heard.push({ path, body })
      const some = left.get(path)
      const said = (some !== undefined && some.length > 1 ? some.shift() : some?.[0]) ?? {
        status: 404,
        body: { detail: 'no such resource' },
      }
      const headers = { 'replay-nonce': `n${heard.length}`, ...(said.location === undefined ? {} : { location: said.location }) }
      response.writeHead(said.status ?? 200, headers).end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const at = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { at, ca: pair.cert, heard }
}

const directoryAt = (at: string): Said => ({ body: { newNonce: `${at}/nonce`, newAccount: `${at}/account`, newOrder: `${at}/order` } })
const badNonce: Said = { status: 400, body: { type: 'urn:ietf:params:acme:error:badNonce', detail: 'bad nonce' } }

describe('a client', () => {
  async function clientOf(answers: Readonly<Record<string, readonly Said[]>>) {
    const server = await serverThat({ '/nonce': [{}], ...answers })
    return { ...server, client: new AcmeClient({ directory: `${server.at}/dir`, ca: server.ca, key }, pause) }
  }

  test('signs over what it sends, with the key that it shows', () => {
    const { protected: head, payload, signature } = signedBody(key, undefined, 'https://a/b', 'n', { x: 1 })
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly jwk: object }
    expect(header).toEqual({ alg: 'ES256', nonce: 'n', url: 'https://a/b', jwk: expect.objectContaining({ crv: 'P-256', kty: 'EC' }) })
    const shown = createPublicKey({ key: header.jwk as never, format: 'jwk' })
    expect(
      verify('sha256', Buffer.from(`${head}.${payload}`), { key: shown, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
    ).toBe(true)
    expect(JSON.parse(Buffer.from(signedBody(key, 'https://me', 'u', 'n', undefined).protected, 'base64url').toString())).toMatchObject({
      kid: 'https://me',
    })
    expect(keyAuthorization(key, 'T')).toMatch(/^T\.[A-Za-z0-9_-]{43}$/)
    expect(dnsValue('T.x')).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('does not trust a server that nothing vouches for', async () => {
    const { at } = await clientOf({})
    const client = new AcmeClient({ directory: `${at}/dir`, ca: undefined, key }, pause)
    await expect(client.register([])).rejects.toMatchObject({
      problems: [{ code: 'ACME_REFUSED', message: expect.stringContaining('self-signed certificate') }],
    })
  })

  test('does not speak plain HTTP', async () => {
    const client = new AcmeClient({ directory: 'http://127.0.0.1/dir', ca: undefined, key }, pause)
    await expect(client.register([])).rejects.toMatchObject({ problems: [{ message: expect.stringContaining('spoken to over https') }] })
  })

  test.each([
    { refusals: 4, ends: 'resolves' },
    { refusals: 5, ends: 'rejects' },
  ] as const)('whose nonce is refused $refusals times $ends', async ({ refusals, ends }) => {
    const server = await serverThat({ '/account': [...Array<Said>(refusals).fill(badNonce), { location: 'me' }], '/nonce': [{}] })
    // Only then is its address known, which a directory names.
    const again = await serverThat({ '/dir': [directoryAt(server.at)] })
    const client = new AcmeClient({ directory: `${again.at}/dir`, ca: `${again.ca}${server.ca}`, key }, pause)
    const registered = client.register(['ops@lab.test'])
    if (ends === 'resolves') await registered
    else await expect(registered).rejects.toMatchObject({ problems: [{ message: 'the server answered 400: bad nonce' }] })
    expect(server.heard).toHaveLength(Math.min(refusals + 1, 5))
  })
})

describe('an order', () => {
  const challenge = (token: string, type = 'http-01') => ({ type, token, url: 'https://127.0.0.1/never', status: 'pending' })
  test.each<{ case: string; order?: Said; authorization?: Said; message: string }>([
    {
      case: 'a server that limits',
      order: { status: 429, body: { detail: 'too many orders' } },
      message: 'the server answered 429: too many orders',
    },
    { case: 'a server that speaks no JSON', order: { body: '<html>' }, message: 'something that is no JSON: <html>' },
    {
      case: 'no challenge of the kind',
      authorization: {
        body: { status: 'pending', identifier: { type: 'dns', value: 'h1.lab.test' }, challenges: [challenge('T', 'dns-01')] },
      },
      message: 'offers no http-01 challenge for h1.lab.test, only dns-01',
    },
    {
      case: 'a token that leads out of its folder',
      authorization: {
        body: { status: 'pending', identifier: { type: 'dns', value: 'h1.lab.test' }, challenges: [challenge('../../etc/cron.d/x')] },
      },
      message: 'sent a token that is none: "../../etc/cron.d/x"',
    },
  ])('$case: refused in words', async ({ order, authorization, message }) => {
    const second = await serverThat({ '/authorization': [authorization ?? {}] })
    const first = await serverThat({
      '/nonce': [{}],
      '/account': [{ location: 'me' }],
      '/order': [order ?? { body: { status: 'pending', authorizations: [`${second.at}/authorization`], finalize: '' }, location: 'o' }],
    })
    const directory = await serverThat({ '/dir': [directoryAt(first.at)] })
    const issuer = acmeIssuer({ folder, playbookFolder: folder, passphrase: async () => word, random, pause, env: {} })
    const wish = {
      ...{ directory: `${directory.at}/dir`, account: 'a', contact: [], ca: directory.ca + first.ca + second.ca, profile: undefined },
      ...{ dnsNames: ['h1.lab.test'], ipAddresses: [], challenge: { kind: 'http-01', webroot: '/srv' } as const },
    }
    await expect(issuer.order(wish)).rejects.toMatchObject({
      problems: [{ code: 'ACME_REFUSED', message: expect.stringContaining(message) }],
    })
  })
})

describe('names that are proved by updates of a zone', () => {
  const secret = Buffer.from('0123456789abcdef').toString('base64')
  const authorizationOf = (at: string, status: string): Said => ({
    body: {
      status,
      identifier: { type: 'dns', value: 'lab.test' },
      challenges: [{ type: 'dns-01', token: 'T1', url: `${at}/challenge`, status, error: { detail: 'no such record' } }],
    },
  })

  async function ordered(looks: string, wait = 0) {
    // What an answer names has to be up before it: a server for each step.
    const names = await nameServer('lab.test', { name: 'k', digest: 'sha256', secret })
    onTestFinished(() => names.close())
    const server = await serverThat({ '/nonce': [{}], '/challenge': [{}] })
    const second = await serverThat({
      ...{ '/nonce': [{}], '/account': [{ location: 'me' }], '/finalize': [{}], '/chain': [{ body: 'PEM' }] },
      '/authorization': [authorizationOf(server.at, 'pending'), authorizationOf(server.at, looks)],
    })
    const order = (status: string) => ({
      ...{ status, authorizations: [`${second.at}/authorization`], finalize: `${second.at}/finalize`, certificate: `${second.at}/chain` },
    })
    const third = await serverThat({ '/nonce': [{}], '/order': [{ body: order('pending') }] })
    const placed = await serverThat({ '/placed': [{ body: order('valid') }] })
    const orders = await serverThat({ '/order': [{ body: order('pending'), location: `${placed.at}/placed` }] })
    const directory = await serverThat({
      '/dir': [{ body: { newNonce: `${third.at}/nonce`, newAccount: `${second.at}/account`, newOrder: `${orders.at}/order` } }],
    })
    const paused: number[] = []
    const issuer = acmeIssuer({
      ...{ folder, playbookFolder: folder, passphrase: async () => word, random, env: {} },
      pause: async (milliseconds) => void paused.push(milliseconds),
    })
    const ca = [server, second, third, placed, orders, directory].map((one) => one.ca).join('')
    const update = { server: '127.0.0.1', port: names.port, zone: 'lab.test', wait }
    const key = { name: 'k', algorithm: 'hmac-sha256', secret: Secret.of(secret) } as const
    const { order: url } = await issuer.order({
      ...{ directory: `${directory.at}/dir`, account: 'a', contact: [], ca, profile: undefined, dnsNames: ['lab.test'], ipAddresses: [] },
      challenge: { kind: 'dns-01', update: { ...update, key } },
    })
    return {
      names,
      paused,
      finished: () => issuer.finish(url, '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n'),
    }
  }

  test('the record is there while the server looks, and gone afterwards', async () => {
    const { names, paused, finished } = await ordered('valid', 20)
    expect(await finished()).toBe('PEM')
    expect(names.heard.map((line) => line.replace(/ [\w-]{43}$/, ' VALUE'))).toEqual([
      'present _acme-challenge.lab.test VALUE',
      'cleanup _acme-challenge.lab.test VALUE',
    ])
    expect(names.records.get('_acme-challenge.lab.test')).toEqual([])
    expect(paused).toEqual([20_000])
  })

  test('it is gone after a refusal as well', async () => {
    const { names, paused, finished } = await ordered('invalid')
    await expect(finished()).rejects.toMatchObject({ problems: [{ message: 'lab.test could not be proved by dns-01: no such record' }] })
    expect(names.heard).toHaveLength(2)
    expect(names.records.get('_acme-challenge.lab.test')).toEqual([])
    expect(paused).toEqual([])
  })
})

describe('the key of an account', () => {
  test('is made once, encrypted, and opens with its passphrase alone', async () => {
    const made = await accountKey(folder, 'ops', word, random)
    const text = readFileSync(join(folder, 'acme/ops/account.key'), 'utf8')
    expect(text).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    expect((await accountKey(folder, 'ops', word, random)).equals(made)).toBe(true)
    expect(readFileSync(join(folder, 'acme/ops/account.key'), 'utf8')).toBe(text)
    await expect(accountKey(folder, 'ops', Secret.of('wrong'), random)).rejects.toMatchObject({ problems: [{ code: 'CA_LOCKED' }] })
  })
})

describe('a hook', () => {
  test('gets the record behind its own words, and is told of by its last line when it fails', async () => {
    writeFileSync(join(folder, 'hook'), '#!/bin/sh\necho "$@"\necho "$*" >> said\n[ "$2" != cleanup ] || { echo no such zone; exit 3; }\n')
    chmodSync(join(folder, 'hook'), 0o755)
    const run = { argv: ['./hook', 'zone one'], cwd: folder, env: { PATH: process.env['PATH'] } }
    await runHook(run, 'present', '_acme-challenge.lab.test', 'v')
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('zone one present _acme-challenge.lab.test v\n')
    await expect(runHook(run, 'cleanup', 'r', 'v')).rejects.toMatchObject({
      problems: [{ message: './hook cleanup r ended with 3: no such zone' }],
    })
    await expect(runHook({ ...run, argv: ['./none'] }, 'present', 'r', 'v')).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining('./none could not be run') }],
    })
  })
})

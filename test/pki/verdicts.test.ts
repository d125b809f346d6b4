import { expect, test } from 'vitest'
import { acceptedBy, clientVerdicts, issuersOf, refusalTexts } from '../../src/pki/verdicts.ts'
import { mint } from '../fakes/certificates.ts'
import { day, noon } from '../fakes/context.ts'

// Of servers: test/pki/clients.test.ts, beside the programs themselves.
const valid = { notBefore: noon - day, notAfter: noon + day }
const root = await mint({ subject: { CN: 'root' }, authority: true, ...valid })
const middle = await mint({ subject: { CN: 'middle' }, authority: true, by: root, ...valid })
const leaf = (await mint({ names: ['h1.lab.test'], by: middle, ...valid })).fact
const client = (await mint({ subject: { CN: 'telegraf' }, usage: 'client', by: root, ...valid })).fact
const peer = (await mint({ names: ['h1.lab.test'], usage: 'peer', by: root, ...valid })).fact

test.each([
  { case: 'a client needs no name, and no browser is asked', fact: client, usage: 'client', refusals: [] },
  {
    case: 'a client that can only serve',
    fact: leaf,
    usage: 'client',
    refusals: ['go, openssl, openssl-strict, gnutls and node refuse it: the extended key usage lacks clientAuth'],
  },
  { case: 'a peer', fact: peer, usage: 'peer', refusals: [] },
  {
    case: 'a peer that can only serve',
    fact: leaf,
    usage: 'peer',
    refusals: ['go, openssl, openssl-strict, gnutls, chrome, node and apple refuse it: the extended key usage lacks clientAuth'],
  },
  {
    case: 'a client whose key may not sign',
    fact: { ...client, keyUsage: ['keyEncipherment'] },
    usage: 'client',
    refusals: [
      'openssl, openssl-strict and node refuse it: the key usage is that of no TLS certificate',
      'gnutls refuses it: the key usage lacks digitalSignature',
    ],
  },
] as const)('$case', ({ fact, usage, refusals }) => {
  expect(refusalTexts(clientVerdicts(fact, [root.fact], usage))).toEqual(refusals)
})

test('who accepts it, in words', () => {
  expect(acceptedBy(clientVerdicts(leaf, [middle.fact, root.fact], 'server'))).toBe('every client')
  expect(acceptedBy(clientVerdicts(client, [root.fact], 'server'))).toBe('no client')
  expect(acceptedBy(clientVerdicts({ ...leaf, keyType: 'ed25519' }, [root.fact], 'server'))).toBe(
    'go, openssl, openssl-strict, gnutls, node',
  )
})

test('issuers are found in any order, as far as they are there', () => {
  expect(issuersOf(leaf, [root.fact, middle.fact])).toEqual([middle.fact, root.fact])
  expect(issuersOf(leaf, [middle.fact])).toEqual([middle.fact])
  expect(issuersOf(leaf, [root.fact])).toEqual([])
  expect(issuersOf(root.fact, [root.fact])).toEqual([])
})

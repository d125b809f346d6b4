import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { orderedHostKeyAlgorithms } from '../../src/transport/host-key.ts'
import { fingerprint, judgeHostKey, keyType, knownHostName, knownTypes, parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { targetWith } from '../ssh/rig.ts'

function blob(type: string, filling: number): Buffer {
  const body = Buffer.alloc(32, filling)
  return Buffer.concat([word(Buffer.from(type)), word(body)])
}
function word(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const ours = blob('ssh-ed25519', 1)
const other = blob('ssh-ed25519', 2)
const rsa = blob('ssh-rsa', 3)
const entry = (hosts: string, key: Buffer): string => `${hosts} ${keyType(key)} ${key.toString('base64')}`
const hashed = (name: string): string => {
  const salt = Buffer.alloc(20, 7)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

test.each([
  { case: 'plain', text: entry('h1.lab.test', ours), verdict: 'known' },
  { case: 'plain with a comment', text: `${entry('h1.lab.test', ours)} root@h1`, verdict: 'known' },
  { case: 'one of several names', text: entry('10.0.0.1,h1.lab.test', ours), verdict: 'known' },
  { case: 'upper case in the file', text: entry('H1.Lab.Test', ours), verdict: 'known' },
  { case: 'tabs and leading blanks', text: `  ${entry('h1.lab.test', ours).replaceAll(' ', '\t')}`, verdict: 'known' },
  { case: 'CRLF line ends', text: `${entry('h1.lab.test', ours)}\r\n`, verdict: 'known' },
  { case: 'hashed', text: entry(hashed('h1.lab.test'), ours), verdict: 'known' },
  { case: 'hashed, another name', text: entry(hashed('h2.lab.test'), ours), verdict: 'unknown' },
  { case: 'hashed, empty hash', text: entry('|1||', ours), verdict: 'unknown' },
  { case: 'hashed, other version', text: entry(hashed('h1.lab.test').replace('|1|', '|2|'), ours), verdict: 'unknown' },
  { case: 'wildcard *', text: entry('*.lab.test', ours), verdict: 'known' },
  { case: 'wildcard ?', text: entry('h?.lab.test', ours), verdict: 'known' },
  { case: 'wildcard that needs to go back', text: entry('*b.t*st', ours), verdict: 'known' },
  { case: 'wildcard of another domain', text: entry('*.example.org', ours), verdict: 'unknown' },
  { case: 'a dot is no wildcard', text: entry('h1xlab.test', ours), verdict: 'unknown' },
  { case: 'negated', text: entry('*.lab.test,!h1.lab.test', ours), verdict: 'unknown' },
  { case: 'negated before the match', text: entry('!h1.lab.test,*.lab.test', ours), verdict: 'unknown' },
  { case: 'another name negated', text: entry('*.lab.test,!h2.lab.test', ours), verdict: 'known' },
  { case: 'only negated', text: entry('!h2.lab.test', ours), verdict: 'unknown' },
  { case: 'a port that is not asked for', text: entry('[h1.lab.test]:2222', ours), verdict: 'unknown' },
  { case: 'changed', text: entry('h1.lab.test', other), verdict: 'changed' },
  { case: 'changed in a hashed line', text: entry(hashed('h1.lab.test'), other), verdict: 'changed' },
  { case: 'changed under a wildcard', text: entry('*', other), verdict: 'changed' },
  { case: 'old and new key on file', text: `${entry('h1.lab.test', other)}\n${entry('h1.lab.test', ours)}`, verdict: 'known' },
  { case: 'known by another type', text: entry('h1.lab.test', rsa), verdict: 'other type' },
  { case: 'revoked for all', text: `${entry('h1.lab.test', ours)}\n@revoked ${entry('*', ours)}`, verdict: 'revoked' },
  { case: 'revoked before it is trusted', text: `@revoked ${entry('*', ours)}\n${entry('h1.lab.test', ours)}`, verdict: 'revoked' },
  { case: 'another key revoked', text: `${entry('h1.lab.test', ours)}\n@revoked ${entry('*', other)}`, verdict: 'known' },
  { case: 'revoked for another host', text: `${entry('h1.lab.test', ours)}\n@revoked ${entry('h2.lab.test', ours)}`, verdict: 'known' },
  { case: 'an authority is not enough', text: `@cert-authority ${entry('*.lab.test', ours)}`, verdict: 'authority only' },
  { case: 'an authority beside the key', text: `@cert-authority ${entry('*', other)}\n${entry('h1.lab.test', ours)}`, verdict: 'known' },
  { case: 'an unknown marker', text: `@trusted ${entry('h1.lab.test', ours)}`, verdict: 'unknown' },
  { case: 'a comment', text: `# ${entry('h1.lab.test', ours)}`, verdict: 'unknown' },
  { case: 'a key whose type is not the one written', text: `h1.lab.test ssh-rsa ${ours.toString('base64')}`, verdict: 'unknown' },
  { case: 'no key', text: 'h1.lab.test ssh-ed25519', verdict: 'unknown' },
  { case: 'a broken key', text: 'h1.lab.test ssh-ed25519 !!!!', verdict: 'unknown' },
  { case: 'an empty file', text: '', verdict: 'unknown' },
])('known_hosts: $case', ({ text, verdict }) => {
  expect(judgeHostKey(parseKnownHosts(text, 'kh'), 'h1.lab.test', ours).kind).toBe(verdict)
})

test.each([
  { case: 'bracketed with its port', hosts: '[h1.lab.test]:2222', verdict: 'known' },
  { case: 'bracketed wildcard', hosts: '[*.lab.test]:2222', verdict: 'known' },
  { case: 'hashed with its port', hosts: hashed('[h1.lab.test]:2222'), verdict: 'known' },
  { case: 'the plain name is for port 22', hosts: 'h1.lab.test', verdict: 'unknown' },
  { case: 'another port', hosts: '[h1.lab.test]:2223', verdict: 'unknown' },
])('known_hosts on port 2222: $case', ({ hosts, verdict }) => {
  const name = knownHostName('H1.lab.test', 2222)
  expect(judgeHostKey(parseKnownHosts(entry(hosts, ours), 'kh'), name, ours).kind).toBe(verdict)
})

describe('what the messages need', () => {
  const text = `# first\n\n${entry('h1', rsa)}\n${entry('h1', other)}\n`
  test('a verdict names the line', () => {
    expect(judgeHostKey(parseKnownHosts(text, '/etc/kh'), 'h1', ours)).toMatchObject({
      kind: 'changed',
      entry: { file: '/etc/kh', line: 4 },
    })
  })
  test('types on file are asked for first, RSA by its SHA-2 names', () => {
    const entries = parseKnownHosts(text, 'kh')
    expect(knownTypes(entries, 'h1')).toEqual(['ssh-rsa', 'ssh-ed25519'])
    const order = orderedHostKeyAlgorithms(parseKnownHosts(entry('h1', rsa), 'kh'), targetWith({ address: 'h1' }))
    expect(order.slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256'])
    expect(order).not.toContain('ssh-rsa')
    expect(order).toHaveLength(6)
  })
  test('fingerprints look as ssh-keygen prints them', () => {
    // a key of ssh-keygen's making and what its -l says of it
    const made = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIKafG99RAxX/fdaROV7TsjxXRkm3CjmS9vv0LW6iWG46', 'base64')
    expect(fingerprint(made)).toBe('SHA256:eRBRmg9W48vVB83Fgr2BoQxDUwj945oWGqMjRRjaLtM')
  })
  test('a pattern full of stars ends in time', () => {
    const entries = parseKnownHosts(entry(`${'*a'.repeat(200)}`, ours), 'kh')
    expect(judgeHostKey(entries, `${'a'.repeat(250)}b`, ours).kind).toBe('unknown')
  })
})

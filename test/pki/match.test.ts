import { expect, test } from 'vitest'
import { formatIp, canonicalIp, parseIp } from '../../src/pki/ip.ts'
import { coversName, uncoveredNames } from '../../src/pki/match.ts'

const dns = (...dnsNames: string[]) => ({ dnsNames, ipAddresses: [] })
const ip = (...ipAddresses: string[]) => ({ dnsNames: [], ipAddresses })

// What crypto/x509 of Go answers for the same certificate and name.
test.each([
  { names: dns('h1.lab.test'), name: 'h1.lab.test', covered: true },
  { names: dns('H1.Lab.test'), name: 'h1.lab.TEST', covered: true },
  { names: dns('h1.lab.test'), name: 'h1.lab.test.', covered: true },
  { names: dns('h1.lab.test'), name: 'h2.lab.test', covered: false },
  { names: dns(), name: 'h1.lab.test', covered: false },
  { names: dns('*.lab.test'), name: 'a.lab.test', covered: true },
  { names: dns('*.lab.test'), name: 'lab.test', covered: false },
  { names: dns('*.lab.test'), name: 'a.b.lab.test', covered: false },
  { names: dns('a*.lab.test'), name: 'ab.lab.test', covered: false },
  { names: dns('*'), name: 'localhost', covered: false },
  { names: dns('b.*.test'), name: 'b.lab.test', covered: false },
  // No name that can be dialled, but Go compares what is no host name as plain text.
  { names: dns('*.lab.test'), name: '*.lab.test', covered: true },
  { names: dns('under_score.lab.test'), name: 'under_score.lab.test', covered: true },
  { names: dns('-bad.lab.test'), name: '-bad.lab.test', covered: true },
  { names: dns('h1.lab.test'), name: '', covered: false },
  { names: dns('192.0.2.7'), name: '192.0.2.7', covered: false },
  { names: ip('192.0.2.7'), name: '192.0.2.7', covered: true },
  { names: ip('192.0.2.7'), name: '::ffff:192.0.2.7', covered: true },
  { names: ip('2001:db8::1'), name: '2001:DB8:0:0::1', covered: true },
  { names: ip('2001:db8::1'), name: '[2001:db8::1]', covered: true },
  { names: ip('192.0.2.7'), name: '192.0.2.8', covered: false },
])('$names.dnsNames $names.ipAddresses covers "$name": $covered', ({ names, name, covered }) => {
  expect(coversName(names, name)).toBe(covered)
})

test('what is not covered keeps its order', () => {
  expect(uncoveredNames({ dnsNames: ['a.test'], ipAddresses: ['127.0.0.1'] }, ['b.test', '127.0.0.1', 'a.test', '::1'])).toEqual([
    'b.test',
    '::1',
  ])
})

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['01.2.3.4', undefined],
  ['1.2.3', undefined],
  ['1.2.3.256', undefined],
  ['1::2::3', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['1:2:3:4:5:6:7::8', undefined],
  ['12345::', undefined],
  ['::1%eth0', undefined],
  [':::', undefined],
  ['', undefined],
  ['h1', undefined],
])('the address %s is %s', (text, canonical) => {
  expect(canonicalIp(text)).toBe(canonical)
})

test('an address survives its bytes', () => {
  for (const text of ['0.0.0.0', '255.255.255.255', 'fe80::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '0:1::']) {
    expect(formatIp(parseIp(text) ?? new Uint8Array())).toBe(text)
  }
})

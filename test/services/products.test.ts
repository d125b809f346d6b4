import { expect, test } from 'vitest'
import { binaryOf, productNamed, productOf, products, unitName } from '../../src/services/index.ts'
import { productNames } from '../../src/services/product.ts'
import { findVersion, isAtLeast, type Version } from '../../src/services/version.ts'

test('every name has its product', () => {
  expect(products.map((product) => product.name).sort()).toEqual([...productNames].sort())
})

test.each([
  { text: 'prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5)\n  go version: go1.19.8', version: [2, 42, 0] },
  { text: 'node_exporter, version 1.5.0 (branch: debian/sid)', version: [1, 5, 0] },
  { text: 'InfluxDB v1.6.7~rc0 (git: unknown unknown)', version: [1, 6, 7] },
  { text: 'InfluxDB 1.13.2 (git: x)', version: [1, 13, 2] },
  { text: 'no number here', version: undefined },
])('the version in $text', ({ text, version }) => {
  expect(findVersion(text)).toEqual(version)
})

test.each<{ version: Version; floor: Version; is: boolean }>([
  { version: [1, 12, 3], floor: [1, 12, 3], is: true },
  { version: [1, 12, 2], floor: [1, 12, 3], is: false },
  { version: [1, 13, 0], floor: [1, 12, 3], is: true },
  { version: [2, 0, 0], floor: [1, 12, 3], is: true },
  { version: [1, 2, 9], floor: [1, 12, 3], is: false },
])('$version against $floor', ({ version, floor, is }) => {
  expect(isAtLeast(version, floor)).toBe(is)
})

test.each<{
  name: string
  version: Version | undefined
  takesOver: string
  survives: boolean
  limit: number | undefined
  tls13: string | undefined
}>([
  { name: 'influxdb1', version: [1, 6, 7], takesOver: 'on restart', survives: false, limit: undefined, tls13: undefined },
  { name: 'influxdb1', version: [1, 8, 10], takesOver: 'on restart', survives: false, limit: undefined, tls13: 'tls1.3' },
  { name: 'influxdb1', version: [1, 12, 2], takesOver: 'on restart', survives: false, limit: undefined, tls13: 'tls1.3' },
  { name: 'influxdb1', version: [1, 12, 3], takesOver: 'on SIGHUP', survives: true, limit: 0o600, tls13: 'tls1.3' },
  { name: 'influxdb1', version: undefined, takesOver: 'on restart', survives: false, limit: undefined, tls13: undefined },
  { name: 'prometheus', version: [2, 42, 0], takesOver: 'by itself', survives: true, limit: undefined, tls13: 'TLS13' },
])('rules of $name $version', ({ name, version, takesOver, survives, limit, tls13 }) => {
  const product = productNamed(name)
  expect(product?.takesOver(version)).toBe(takesOver)
  expect(product?.survivesHangup(version)).toBe(survives)
  if (version === undefined) return
  expect(product?.keyModeLimit(version)).toBe(limit)
  expect(product?.minVersionWord('TLSv1.3', version)).toBe(tls13)
})

test.each<{ name: string; version: Version; flag: string | undefined }>([
  { name: 'node_exporter', version: [0, 18, 1], flag: undefined },
  { name: 'node_exporter', version: [1, 4, 0], flag: '--web.config' },
  { name: 'node_exporter', version: [1, 5, 0], flag: '--web.config.file' },
  { name: 'prometheus', version: [2, 23, 0], flag: undefined },
  { name: 'prometheus', version: [2, 24, 0], flag: '--web.config.file' },
])('the flag of $name $version', ({ name, version, flag }) => {
  expect(productNamed(name)?.webConfigFlag(version)).toBe(flag)
})

test.each([
  { line: '/usr/bin/prometheus $ARGS', product: 'prometheus' },
  { line: '-/usr/local/bin/node_exporter --x', product: 'node_exporter' },
  { line: '/usr/bin/influxd -config /etc/x', product: 'influxdb1' },
  { line: '/usr/lib/influxdb/scripts/influxd-systemd-start.sh', product: undefined },
])('$line is $product', ({ line, product }) => {
  expect(productOf(line)?.name).toBe(product)
})

test('signs before the binary do not belong to it, and a wrapper is not asked for the version', () => {
  expect(binaryOf('!!/usr/bin/x -a')).toBe('/usr/bin/x')
  expect(productNamed('influxdb1')?.versionArgv('/usr/lib/influxdb/scripts/start.sh')).toEqual(['influxd', 'version'])
  expect(productNamed('influxdb1')?.versionArgv('/opt/influxd')).toEqual(['/opt/influxd', 'version'])
})

test('a unit has one spelling', () => {
  expect(['a', 'a.service', 'a@b', 'x.socket'].map(unitName)).toEqual(['a.service', 'a.service', 'a@b.service', 'x.socket'])
})

test('a signal ends InfluxDB 2.x in every version, and Telegraf reads again on it', () => {
  expect(productNamed('influxdb2')?.survivesHangup([2, 10, 0])).toBe(false)
  expect(productNamed('influxdb2')?.takesOver([2, 10, 0])).toBe('on restart')
  expect(productNamed('telegraf')?.survivesHangup([1, 37, 2])).toBe(true)
})

test('influxd alone is taken for 1.x: a playbook names 2.x', () => {
  expect(productOf('/usr/bin/influxd')?.name).toBe('influxdb1')
  expect(productNamed('influxdb2')?.minVersionWord('TLSv1.3', [2, 7, 12])).toBe('1.3')
})

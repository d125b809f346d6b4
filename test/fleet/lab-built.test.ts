import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'influxdb2', name: 'i2', services: ['telegraf'] },
      { kind: 'bare-influxdb2', name: 'b2' },
    ],
  })
})
afterAll(() => fleet?.stop())

test('InfluxDB 2.7.12 and Telegraf 1.37.2 run by their units, each as its own user', async () => {
  const { stdout } = await fleet
    .host('i2')
    .exec('influxd version; telegraf --version; systemctl show -p User,ActiveState,Type influxdb telegraf; ps -o user= -C influxd,telegraf')
  expect(stdout).toContain('InfluxDB v2.7.12')
  expect(stdout).toContain('Telegraf 1.37.2')
  expect(stdout.match(/ActiveState=active/g)).toHaveLength(2)
  expect(stdout.trim().split('\n').slice(-2).toSorted()).toEqual(['influxdb', 'telegraf'])
})

test('the package of 1.x is gone where 2.x is', async () => {
  const { code } = await fleet.host('i2').exec('dpkg -s influxdb')
  expect(code).not.toBe(0)
})

test('the bare one has no unit and writes to its log file', async () => {
  const { stdout } = await fleet
    .host('b2')
    .exec('systemctl is-active influxdb; ps -o user= -C influxd; grep -c transport=http /var/log/influxdb.log')
  expect(stdout.trim().split('\n')).toEqual(['inactive', 'influxdb', '1'])
})

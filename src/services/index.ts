import { wordsOf } from '../lib/edit/words.ts'
import { influxdb1 } from './influxdb1.ts'
import { influxdb2 } from './influxdb2.ts'
import type { Product } from './product.ts'
import { telegraf } from './telegraf.ts'
import { toolkitApps } from './toolkit.ts'

export const products: readonly Product[] = [...toolkitApps, influxdb1, influxdb2, telegraf]

export function productNamed(name: string): Product | undefined {
  return products.find((product) => product.name === name)
}

/** The product a command line starts, by the name of its binary. Upstream's InfluxDB starts by a wrapper script and is not told from 2.x so. */
export function productOf(commandLine: string): Product | undefined {
  const binary = binaryOf(commandLine).split('/').at(-1) ?? ''
  return products.find((product) => product.binaries.includes(binary))
}

/** First word of a command line of ExecStart, without the signs that systemd allows before it. */
export function binaryOf(commandLine: string): string {
  return (wordsOf(commandLine)[0] ?? '').replace(/^[-@:+!|]+/, '')
}

/** Units are asked for and predicted under one spelling. */
export function unitName(name: string): string {
  return /\.(?:service|socket|timer|target|path|mount|slice|scope)$/.test(name) ? name : `${name}.service`
}

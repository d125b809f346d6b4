import type { RunEvent } from '../model/event.ts'
import { escapeJson } from './escape.ts'

/** One event, one line of JSON. The first line of a run carries `formatVersion`. */
export function eventJson(event: RunEvent): string {
  return `${escapeJson(JSON.stringify(event))}\n`
}

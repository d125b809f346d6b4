import type { TaskOptions } from '../model/playbook.ts'
import type { MapSource } from '../model/source.ts'
import { flagField, numberField, textField } from './fields.ts'

/** Of a task that stands in no block. */
export const noOptions: TaskOptions = {
  delegateTo: undefined,
  delegateFacts: false,
  runOnce: false,
  ignoreErrors: false,
  ignoreUnreachable: undefined,
  anyErrorsFatal: false,
  noLog: false,
  checkMode: undefined,
  diff: undefined,
  timeout: undefined,
  throttle: undefined,
}

/** Those a task or a block says itself, over those of the blocks around it. */
export function readOptions(map: MapSource, outer: TaskOptions): TaskOptions {
  return {
    delegateTo: textField(map, 'delegate_to') ?? outer.delegateTo,
    delegateFacts: flagField(map, 'delegate_facts')?.value ?? outer.delegateFacts,
    runOnce: flagField(map, 'run_once')?.value ?? outer.runOnce,
    ignoreErrors: flagField(map, 'ignore_errors')?.value ?? outer.ignoreErrors,
    ignoreUnreachable: flagField(map, 'ignore_unreachable')?.value ?? outer.ignoreUnreachable,
    anyErrorsFatal: flagField(map, 'any_errors_fatal')?.value ?? outer.anyErrorsFatal,
    noLog: flagField(map, 'no_log')?.value ?? outer.noLog,
    checkMode: flagField(map, 'check_mode')?.value ?? outer.checkMode,
    diff: flagField(map, 'diff')?.value ?? outer.diff,
    timeout: numberField(map, 'timeout') ?? outer.timeout,
    throttle: numberField(map, 'throttle') ?? outer.throttle,
  }
}

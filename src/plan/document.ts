import type { Change, Diff } from '../model/task-type.ts'
import type { PlannedChange, PlannedDiff, PlannedTask, PlanSummary, PlannedHost } from '../model/plan.ts'
import { unifiedDiff } from '../lib/diff.ts'
import type { Entry } from './entry.ts'

/** Entries of a walk as the plan document shows them: masked, without data that only the act needs. */
export function plannedTasks(entries: readonly Entry[]): readonly PlannedTask[] {
  return entries.map((entry) => {
    const hidden = entry.node.task.noLog
    const problem = entry.problems[0]
    return {
      id: entry.id,
      label: entry.node.label,
      type: entry.node.type,
      at: entry.node.task.at,
      ...(entry.item === undefined ? {} : { item: hidden ? hiddenText : entry.item.label }),
      handler: entry.handler,
      outcome: entry.outcome,
      reason: hidden ? hiddenText : (problem?.message ?? entry.reason),
      changes: (entry.decision?.changes ?? []).map((change) =>
        hidden ? hiddenChange(change) : plannedChange(change, entry.node.task.diff === false),
      ),
      ...(entry.node.task.diff === true && !hidden ? { diff: true as const } : {}),
      warnings: hidden ? [] : (entry.decision?.warnings ?? []),
    }
  })
}

/** What stands instead of anything a task with no_log says: its action and its label are all that is told. */
export const hiddenText = '(hidden by no_log)'

function hiddenChange({ action }: Change): PlannedChange {
  return { action, target: hiddenText, summary: hiddenText, reason: hiddenText, diffs: [] }
}

function plannedChange(change: Change, hidden: boolean): PlannedChange {
  const { action, target, summary, reason } = change
  return { action, target, summary, reason, diffs: hidden ? [] : change.diffs.map(plannedDiff) }
}

function plannedDiff(diff: Diff): PlannedDiff {
  return diff.kind === 'fields' ? diff : { kind: 'text', path: diff.path, lines: unifiedDiff(diff.before, diff.after) }
}

export function summarise(hosts: readonly PlannedHost[]): PlanSummary {
  const tasks = hosts.flatMap(({ host, tasks }) => tasks.map((task) => ({ host, task })))
  const acting = tasks.filter(({ task }) => task.outcome === 'change')
  return {
    hosts: new Set(hosts.map(({ host }) => host)).size,
    hostsChanging: new Set(acting.map(({ host }) => host)).size,
    changes: acting.length,
    later: tasks.filter(({ task }) => task.outcome === 'later' || task.outcome === 'check').length,
  }
}

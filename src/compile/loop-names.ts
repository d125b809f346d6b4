import type { Problem } from '../model/problem.ts'
import type { CompiledPlay, CompiledRun, TaskNode } from './compiled-run.ts'
import { representatives } from './representatives.ts'
import { emptyRuntime, hostScope } from './variables.ts'

/** Loops whose item hides a variable that a host has already: what the task reads by that name is the item. */
export function hiddenByLoops(run: CompiledRun): readonly Problem[] {
  return run.plays.flatMap((play) => {
    // which names are defined hangs on the groups of a host and on the names of its own variables
    const hosts = (): readonly string[] => representatives(run, play).byGroups
    const tasks = [...play.nodes.flatMap((node) => (node.kind === 'task' ? [node] : [])), ...play.handlers]
    return tasks.flatMap((node): readonly Problem[] => {
      if (node.task.loop === undefined) return []
      const { loopVar, indexVar } = node.task.loopControl
      const own = indexVar === undefined ? [loopVar] : [loopVar, indexVar]
      const hidden = own.find((name) => hosts().some((host) => isDefined(name, host, node, run, play)))
      if (hidden === undefined) return []
      const message = `the loop hides the variable ${hidden}, which is defined already`
      const hint = `choose another name: loop_control: {${hidden === indexVar ? 'index_var' : 'loop_var'}: NAME}`
      return [{ code: 'LOOP_VAR_HIDES', message, at: node.task.loop.at, task: node.label, hint }]
    })
  })
}

function isDefined(name: string, host: string, { role, task, blockVars }: TaskNode, run: CompiledRun, play: CompiledPlay): boolean {
  return hostScope({ run, play, host, role, task, blockVars, runtime: emptyRuntime }).has(name)
}

import { isAbsent, type Probe, type SpaceFact } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { Step, WriteStep } from '../model/step.ts'
import type { AnyTaskType, Decision, HostView } from '../model/task-type.ts'
import { revealText, Unknown } from '../model/value.ts'

/** What deeds need of a host before the first of them: programs, and room in folders (KiB). */
export interface Needs {
  readonly tools: readonly string[]
  readonly room: ReadonlyMap<string, number>
}

/** A staged file and its old version lie beside each other until the rename; a key or certificate is a few kB. */
const madeFileKiB = 16
const blockKiB = 4

/** Read from the pure `apply` of a task type: its first round of deeds, which is looked at and never run. */
export function needsOf(type: AnyTaskType, decision: Decision): Needs {
  const steps = decision.changes.flatMap((change): readonly Step[] => {
    const first = type.apply(change).next()
    return first.done === true ? [] : first.value
  })
  const tools = new Set<string>()
  const room = new Map<string, number>()
  const add = (path: string, kiB: number): void => {
    const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 1))
    room.set(folder, (room.get(folder) ?? 0) + kiB)
  }
  for (const step of steps) {
    if (step.kind === 'write') add(step.path, Math.ceil(sizeOf(step) / 1024) + blockKiB)
    if (step.kind !== 'make') continue
    for (const tool of step.tools) tools.add(tool)
    for (const path of Object.values(step.files)) add(path, madeFileKiB)
  }
  return { tools: [...tools], room }
}

export function preflightQuestions({ tools, room }: Needs): readonly Probe[] {
  return [
    ...tools.map((name): Probe => ({ kind: 'tool', target: { name } })),
    ...[...room.keys()].map((path): Probe => ({ kind: 'space', target: { path } })),
  ]
}

/** What stands against the deeds: a tool that is not there, a filesystem that is full or cannot be written. */
export function preflight({ tools, room }: Needs, view: HostView, host: string): readonly Problem[] {
  const missing = tools.filter((name) => isAbsent(view.get('tool', { name })))
  return [
    ...missing.map(
      (name): Problem => ({
        code: 'TOOL_MISSING',
        message: `${name} is not installed on ${host}`,
        hint: `install the package that brings ${name}`,
      }),
    ),
    ...[...room].flatMap(([path, kiB]) => {
      const space = view.get('space', { path })
      return space instanceof Unknown || isAbsent(space) ? [] : roomProblems(path, kiB, space, host)
    }),
  ]
}

function roomProblems(path: string, kiB: number, { mount, readOnly, freeKiB, freeInodes }: SpaceFact, host: string): readonly Problem[] {
  if (readOnly) {
    const message = `${path} is on ${mount}, which is mounted read-only on ${host}`
    return [{ code: 'PATH_REFUSED', message, hint: `mount -o remount,rw ${mount}` }]
  }
  if (freeKiB < kiB) {
    const message = `${mount} has ${freeKiB} KiB free on ${host}, ${path} needs ${kiB} KiB`
    return [{ code: 'NO_SPACE', message, hint: `make room on ${mount}` }]
  }
  if (freeInodes !== undefined && freeInodes < 2) {
    return [{ code: 'NO_SPACE', message: `${mount} has no inode left on ${host}`, hint: `remove files on ${mount}` }]
  }
  return []
}

function sizeOf({ content }: WriteStep): number {
  return content instanceof Uint8Array ? content.length : Buffer.byteLength(revealText(content))
}

import type { TaskNode } from '../compile/compiled-run.ts'
import { plainSource } from '../compile/render.ts'
import { valuesScope } from '../compile/scope.ts'
import { isTemplate } from '../compile/template.ts'
import { readAsText } from '../lib/content.ts'
import { Unknown } from '../model/value.ts'
import type { PlanTools } from '../plan/input.ts'

/** The file that a task renders, as it stands; undefined when its name is only known later, or it cannot be read. */
export function rawAsset(node: TaskNode, { taskTypes, readAsset }: PlanTools): string | undefined {
  const requests = taskTypes.get(node.type)?.assets?.(plainSource(node.task.params)) ?? []
  const texts = requests
    .filter(({ path, render }) => render && typeof path === 'string' && !isTemplate(path))
    .map((request) => readAsset({ ...request, render: false }, node, valuesScope({})))
    .flatMap((asset) => ('problem' in asset || asset.content instanceof Unknown ? [] : [asset.content]))
    .map(readAsText)
  return texts.length === 0 ? undefined : texts.join('\n')
}

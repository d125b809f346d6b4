import type { AnyTaskType } from '../model/task-type.ts'
import { assert } from './assert/index.ts'
import { blockinfile } from './blockinfile/index.ts'
import { command } from './command/index.ts'
import { config } from './config/index.ts'
import { copy } from './copy/index.ts'
import { debug } from './debug/index.ts'
import { fail } from './fail/index.ts'
import { fetch } from './fetch/index.ts'
import { file } from './file/index.ts'
import { generate } from './generate/index.ts'
import { group } from './group/index.ts'
import { includeRole } from './include_role/index.ts'
import { includeTasks } from './include_tasks/index.ts'
import { includeVars } from './include_vars/index.ts'
import { lineinfile } from './lineinfile/index.ts'
import { packageType } from './package/index.ts'
import { pause } from './pause/index.ts'
import { script } from './script/index.ts'
import { service } from './service/index.ts'
import { setFact } from './set_fact/index.ts'
import { shell } from './shell/index.ts'
import { slurp } from './slurp/index.ts'
import { stat } from './stat/index.ts'
import { template } from './template/index.ts'
import { uri } from './uri/index.ts'
import { user } from './user/index.ts'
import { verify } from './verify/index.ts'
import { waitFor } from './wait_for/index.ts'

const all: readonly AnyTaskType[] = [
  assert,
  blockinfile,
  command,
  config,
  copy,
  debug,
  fail,
  fetch,
  file,
  generate,
  group,
  includeRole,
  includeTasks,
  includeVars,
  lineinfile,
  packageType,
  pause,
  script,
  service,
  setFact,
  shell,
  slurp,
  stat,
  template,
  uri,
  user,
  verify,
  waitFor,
]

/** Every task type by the word that stands in a playbook; its parameters are vouched for by the schema in its folder. */
export const taskTypes: ReadonlyMap<string, AnyTaskType> = new Map(all.map((type) => [type.name, type]))

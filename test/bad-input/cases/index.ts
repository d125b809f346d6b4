import type { BadCase } from '../bad-case.ts'
import { conditionCases } from './conditions.ts'
import { importCases } from './imports.ts'
import { iniCases } from './inventory-ini.ts'
import { inventoryCases } from './inventory-yaml.ts'
import { optionCases } from './options.ts'
import { parameterCases } from './parameters.ts'
import { fileParameterCases } from './parameters-files.ts'
import { moreParameterCases } from './parameters-more.ts'
import { planCases } from './plan.ts'
import { playCases } from './playbook.ts'
import { roleCases } from './roles.ts'
import { roleLockCases } from './role-lock.ts'
import { taskCases } from './tasks.ts'
import { templateCases } from './templates.ts'
import { yamlCases } from './yaml.ts'

/** By theme: a name is unique inside of its theme. */
export const corpus: ReadonlyMap<string, readonly BadCase[]> = new Map([
  ['YAML', yamlCases],
  ['plays', playCases],
  ['tasks', taskCases],
  ['imports', importCases],
  ['parameters', [...fileParameterCases, ...parameterCases, ...moreParameterCases]],
  ['plan', planCases],
  ['templates', templateCases],
  ['conditions', conditionCases],
  ['roles', roleCases],
  ['roles of other teams', roleLockCases],
  ['inventories in INI', iniCases],
  ['inventories', inventoryCases],
  ['options', optionCases],
])

import { loadSources } from './docs-load.mjs'
import { functionsPage } from './docs-functions.mjs'
import { lintPage } from './docs-lint.mjs'
import { optionsPage } from './docs-options.mjs'
import { playbookPage } from './docs-playbook.mjs'
import { problemsPage } from './docs-problems.mjs'
import { reportsPage } from './docs-reports.mjs'
import { rolesPage } from './docs-roles.mjs'
import { tasksPage } from './docs-tasks.mjs'

/** path below docs/reference/ -> text. Made from the sources, so that no page says what the program does not do. */
export async function docFiles() {
  const sources = await loadSources()
  return new Map([
    ['functions.md', functionsPage(sources)],
    ['lint.md', lintPage(sources)],
    ['options.md', await optionsPage(sources)],
    ['playbook.md', playbookPage(sources)],
    ['problems.md', problemsPage(sources)],
    ['reports.md', reportsPage(sources)],
    ['roles.md', rolesPage(sources)],
    ['tasks.md', tasksPage(sources)],
  ])
}

import { code, page, sentence } from './docs-markdown.mjs'

/** docs/reference/lint.md */
export function lintPage({ lintRules }) {
  return page(
    'src/diagnose/lint/',
    '# Rules of `tlsplay lint`',
    'Exit 0: nothing found; 2: findings; 1: the playbook could not be read. A finding that is meant is allowed by a comment on its line or the line above, `# lint: allow ID`; a rule is left out of a whole call by `--skip-rule ID`. Roles that come with tlsplay are not looked at. `--output json` prints one document: `{version, findings: [{rule, file, line, column, message, reason, fix}]}`.',
    lintRules.flatMap(({ id, title, reason, fix }) => [`## ${code(id)}`, sentence(title), `Why: ${reason}.`, `What to do: ${fix}.`]),
  )
}

import { fenced, page } from './docs-markdown.mjs'

/** docs/reference/options.md: the help of each command, as the program prints it. */
export async function optionsPage({ help }) {
  const top = await help()
  const sections = await commandSections(help, [], top)
  return page(
    'src/cli/program.ts',
    '# Commands and options',
    fenced('text', withoutExitCodes(top)),
    sections,
    '## Exit codes',
    fenced('text', exitCodes(top)),
    '3, 5 and 6 are kept for what is not there yet; this version never ends with them, and never rolls a host back.',
    '## Environment',
    '`NO_COLOR` (any value) switches colours off, `FORCE_COLOR=1` on. `CI` and `TERM=dumb` switch the moving progress lines off. `TLSPLAY_CA_PASSPHRASE_FILE` names the file whose first line opens the certificate authority. `TLSPLAY_VAULT_PASSWORD_FILE` names the file or program that gives the password of Ansible Vault where no option does, and `TLSPLAY_VAULT_PASSWORD` holds the password itself; templates and programs that tlsplay starts do not see the latter. `TLSPLAY_AGE_IDENTITY_FILE` and `TLSPLAY_AGE_IDENTITY` are the same for keys of age. `SSH_AUTH_SOCK` is the agent that keys are taken from.',
  )
}

/** Commands within commands, in the order of the help. */
async function commandSections(help, words, text) {
  const sections = []
  for (const name of commandNames(text)) {
    const command = [...words, name]
    const own = await help(...command)
    const inner = commandNames(own)
    if (inner.length === 0) sections.push(`## tlsplay ${command.join(' ')}`, fenced('text', withoutExitCodes(own)))
    sections.push(...(await commandSections(help, command, own)))
  }
  return sections
}

function commandNames(text) {
  const list = /^Commands:\n((?: {2}.*\n?)+)/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((found) => found[1]).filter((name) => name !== 'help')
}

const exitCodesHead = '\nExit codes:\n'

function withoutExitCodes(text) {
  return text.split(exitCodesHead)[0].trimEnd()
}

function exitCodes(text) {
  const [, codes] = text.split(exitCodesHead)
  if (codes === undefined) throw new Error('the help says nothing about exit codes')
  return codes.trimEnd()
}

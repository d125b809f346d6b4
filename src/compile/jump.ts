import { isHostName, isUserName } from './connection-values.ts'

/** One host on the way, as ssh's -J names it. */
export interface Hop {
  readonly user?: string
  readonly host: string
  readonly port?: number
}

/** `[user@]host[:port]` or `ssh://...`, several separated by commas, from here on; `none`: no hop. Undefined when it cannot be read. */
export function parseJump(text: string): readonly Hop[] | undefined {
  if (text.trim().toLowerCase() === 'none') return []
  const hops = text.split(',').map((part) => parseHop(part.trim()))
  return hops.every((hop) => hop !== undefined) ? hops : undefined
}

function parseHop(text: string): Hop | undefined {
  const found = /^(?:ssh:\/\/)?(?:([^@]*)@)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?\/?$/.exec(text)
  if (found === null) return undefined
  const [, user, bracketed, bare, digits] = found
  const host = bracketed ?? bare ?? ''
  const port = digits === undefined ? undefined : Number(digits)
  if (!isHostName(host) || (user !== undefined && !isUserName(user)) || (port !== undefined && (port < 1 || port > 65535))) return undefined
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) }
}

/** What arguments for the ssh program say of the way to a host; `refused`: it cannot be gone. Other arguments say how ssh behaves, not where to go. */
export function jumpOfArguments(text: string): { readonly jump?: string; readonly refused?: string } {
  const words = wordsOf(text)
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word.startsWith('-J')) return { jump: word.length > 2 ? word.slice(2) : (words[at + 1] ?? '') }
    if (!word.startsWith('-o')) continue
    const option = word.length > 2 ? word.slice(2) : (words[++at] ?? '')
    const [, name = '', value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/s.exec(option) ?? []
    if (name.toLowerCase() === 'proxyjump') return { jump: value }
    if (name.toLowerCase() === 'proxycommand') return jumpOfCommand(value)
  }
  return {}
}

const withValue = /^-[bcDEeFIiLlmOoPpQRSWw]$/

/** The way that `ssh -W %h:%p bastion` goes, which people wrote before ProxyJump was there; no other command is run. */
export function jumpOfCommand(command: string): { readonly jump?: string; readonly refused?: string } {
  if (command.trim().toLowerCase() === 'none') return { jump: 'none' }
  const refused = { refused: command }
  const [program, ...words] = wordsOf(command).filter((word, at) => !(at === 0 && word === 'exec'))
  if (program !== 'ssh' && program !== '/usr/bin/ssh') return refused
  let [user, port, through, host]: (string | undefined)[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const flag = word.slice(0, 2)
    if (!word.startsWith('-')) {
      if (host !== undefined) return refused
      host = word
    } else if (withValue.test(flag)) {
      const value = word.length > 2 ? word.slice(2) : (words[++at] ?? '')
      if (flag === '-W') through = value
      else if (flag === '-p') port = value
      else if (flag === '-l') user = value
      // A key, a file of settings or another way of its own: the hop is not what its name says.
      else if (flag !== '-o' || /proxy|hostname|^user=|^port=/i.test(value)) return refused
    } else if (!/^-[qTNxaACnv]+$/.test(word)) return refused
  }
  if (host === undefined || (through !== '%h:%p' && through !== '[%h]:%p')) return refused
  const named = user === undefined || host.includes('@') ? host : `${user}@${host}`
  return { jump: port === undefined ? named : `${named}:${port}` }
}

/** Words as sh would split them, without expanding anything. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

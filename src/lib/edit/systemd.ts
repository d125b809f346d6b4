import { type Edit, impossible } from './edit-path.ts'
import { editFlag, type FlagWish } from './flags.ts'
import { charsOf, splitWords, type Word, wordsOf } from './words.ts'

/** Lines of one section of a unit file and its drop-ins: continued lines joined, comments left out, in order. */
export function unitValues(texts: readonly string[], section: string, key: string): readonly string[] {
  const values: string[] = []
  for (const text of texts) {
    let inSection = false
    for (const line of joined(text)) {
      const header = /^\[(.*)\]$/.exec(line)
      if (header !== null) inSection = header[1] === section
      else if (inSection) {
        const at = line.indexOf('=')
        if (at > 0 && line.slice(0, at).trim() === key) values.push(line.slice(at + 1).trim())
      }
    }
  }
  return values
}

/** The command lines of ExecStart that count: an empty one throws away those before it. */
export function execStartLines(texts: readonly string[]): readonly string[] {
  const values = unitValues(texts, 'Service', 'ExecStart')
  return values.slice(values.lastIndexOf('') + 1)
}

/** What Environment= gives a variable before any EnvironmentFile is read. */
export function environmentOf(texts: readonly string[], name: string): string | undefined {
  const values = unitValues(texts, 'Service', 'Environment')
  const words = values.slice(values.lastIndexOf('') + 1).flatMap(wordsOf)
  return words
    .filter((word) => word.startsWith(`${name}=`))
    .at(-1)
    ?.slice(name.length + 1)
}

/** Names of variables that stand as a word of their own: `$ARGS` is split into words by systemd, `${ARGS}` is not. */
export function variablesIn(execStart: string): readonly { readonly name: string; readonly braced: boolean }[] {
  return wordsOf(execStart).flatMap((word) => {
    const match = /^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})$/.exec(word)
    const name = match?.[1] ?? match?.[2]
    return name === undefined ? [] : [{ name, braced: match?.[1] === undefined }]
  })
}

export function execWords(execStart: string): readonly Word[] {
  return splitWords(charsOf(execStart))
}

/** One flag of a command line of ExecStart. `%` and `$` mean something there and are doubled. */
export function setExecFlag(execStart: string, flag: string, wish: FlagWish): Edit {
  const line = {
    words: execWords(execStart),
    end: execStart.trimEnd().length,
    encode: (word: string) => word.replace(/\\/g, '\\\\').replace(/[%$]/g, '$&$&'),
  }
  const shown = { ...line, words: line.words.map((word) => ({ ...word, text: word.text.replace(/%%/g, '%').replace(/\$\$/g, '$') })) }
  const result = editFlag(execStart, shown, flag, wish)
  return result.kind === 'impossible' ? impossible(`ExecStart: ${result.why}`) : result
}

/** A drop-in that replaces the command line; the empty line takes back the one before it. */
export function dropInText(execStart: string): string {
  return `# Written by tlsplay: the command line of the unit with the flags that the playbook asks for.\n[Service]\nExecStart=\nExecStart=${execStart}\n`
}

function joined(text: string): readonly string[] {
  const lines: string[] = []
  let open = ''
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    // A comment between continued lines is left out and does not end them.
    if (/^[#;]/.test(line)) continue
    if (line.endsWith('\\')) open += `${line.slice(0, -1).trimEnd()} `
    else {
      const whole = (open + line).trim()
      if (whole !== '') lines.push(whole)
      open = ''
    }
  }
  if (open.trim() !== '') lines.push(open.trim())
  return lines
}

import { resolve } from 'node:path'
import { TlsplayError } from '../model/problem.ts'
import { Secret } from '../model/value.ts'
import type { Files, Prompt } from '../ports/ports.ts'
import type { Io } from './io.ts'

export const passphraseVariable = 'TLSPLAY_CA_PASSPHRASE_FILE'

/** What to do where nobody can type a passphrase. */
export const insteadOfTyping = `name a file that holds it with --ca-passphrase-file or ${passphraseVariable}`

/** The file that holds the passphrase, from the option or the environment; undefined when a person has to be asked. */
export function passphraseFile(option: string | undefined, io: Pick<Io, 'env' | 'cwd'>): string | undefined {
  const file = option ?? io.env[passphraseVariable]
  return file === undefined || file === '' ? undefined : resolve(io.cwd, file)
}

/** The first line of the file. Throws TlsplayError when it cannot be read or is empty. */
export function readPassphrase(file: string, files: Files): Secret {
  const text = readText(file, files)
  const line = text.split(/\r?\n/)[0] ?? ''
  if (line === '')
    throw new TlsplayError([
      { code: 'CA_LOCKED', message: `the passphrase file ${file} is empty`, hint: 'put the passphrase on its first line' },
    ])
  return Secret.of(line)
}

/** Asks twice, because what is mistyped here locks the authority for ever. */
export async function askNewPassphrase(name: string, prompt: Prompt): Promise<Secret> {
  const first = await prompt.secret(`new passphrase for the certificate authority ${name}`, insteadOfTyping)
  if (first.reveal() === '')
    throw new TlsplayError([
      {
        code: 'CA_LOCKED',
        message: 'an authority needs a passphrase, this one is empty',
        hint: 'run again and type one, or put one into the file of --ca-passphrase-file',
      },
    ])
  const second = await prompt.secret('the same passphrase again', insteadOfTyping)
  if (first.reveal() !== second.reveal())
    throw new TlsplayError([
      { code: 'CA_LOCKED', message: 'the two passphrases differ, no authority was made', hint: 'run again and type the same twice' },
    ])
  return first
}

function readText(file: string, files: Files): string {
  const unreadable = (cause?: unknown): TlsplayError =>
    new TlsplayError(
      [
        {
          code: 'FILE_MISSING',
          message: `the passphrase file ${file} cannot be read`,
          hint: `name another with --ca-passphrase-file or ${passphraseVariable}`,
        },
      ],
      { cause },
    )
  try {
    const bytes = files.read(file)
    if (bytes === undefined) throw unreadable()
    return new TextDecoder().decode(bytes)
  } catch (error) {
    throw error instanceof TlsplayError ? error : unreadable(error)
  }
}

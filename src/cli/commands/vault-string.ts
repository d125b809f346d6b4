import { TlsplayError } from '../../model/problem.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { VaultStringOptions } from '../options.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'
import { sealerOf } from '../vault-keys.ts'
import { readStdin, writeTurned } from '../vault-subjects.ts'

/** As deep as ansible-vault indents it, so that the lines fit below a key four maps down as they are. */
const indent = ' '.repeat(10)

/** Prints one value as `!vault`, ready to be pasted. */
export async function vaultStringCommand(text: string | undefined, options: VaultStringOptions, io: Io): Promise<number> {
  if (text !== undefined)
    throw new TlsplayError([
      {
        code: 'SECRET_EXPOSED',
        message: 'a value among the arguments is seen by every user of this machine, and kept by the shell',
        hint: 'leave it out to be asked for it, or send it through a pipe\nprintf %s "$VALUE" | tlsplay vault encrypt-string --name NAME',
      },
    ])
  const prompt = terminalPrompt(io)
  const bytes = io.stdin.isTTY === true ? Buffer.from((await prompt.secret('Value to encrypt')).reveal()) : await readStdin(io.stdin)
  const sealer = await sealerOf(options, io, prompt)
  const lines = sealer(bytes).trimEnd().split('\n')
  const tag = options.ageRecipient === undefined ? '!vault' : '!age'
  const key = options.name === undefined ? '' : `${/^[A-Za-z_]\w*$/.test(options.name) ? options.name : JSON.stringify(options.name)}: `
  const yaml = Buffer.from(`${[`${key}${tag} |`, ...lines.map((line) => `${indent}${line}`)].join('\n')}\n`)
  writeTurned([{ subject: { name: 'the value', path: undefined, bytes }, bytes: yaml }], { verb: 'encrypted', output: options.output }, io)
  if (bytes.at(-1) === newline) io.stderr.write('the value ends with a line break, which belongs to it now: printf %s sends none\n')
  return exitCodes.done
}

const newline = 0x0a

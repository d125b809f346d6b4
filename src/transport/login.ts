import type { ConnectionTarget } from '../ports/channel.ts'
import { loginMarks, type Bootstrap } from './bootstrap.ts'
import { failure, quoted } from './failure.ts'
import type { Pipe, PipeEnd } from './pipe.ts'

/** Bytes of rc files, message of the day and lecture that are skipped before the shell answers. */
export const noiseLimitBytes = 1024 * 1024

export type LoginResult =
  | { readonly kind: 'ready' }
  /** the shell ended before it answered; `said` is what it printed */
  | { readonly kind: 'refused'; readonly said: string; readonly end: PipeEnd }

/**
 * Waits until the shell answers, passing sudo on the way. The password is sent once, only after a prompt that
 * carries our nonce: typed blindly it would reach a program, and later lines would be taken for more passwords.
 * Throws TlsplayError SUDO_PASSWORD, SUDO_REFUSED, TIMED_OUT, CONNECTION_LOST, SHELL_REFUSED; the caller closes the pipe then.
 */
export function logIn(pipe: Pipe, bootstrap: Bootstrap, target: ConnectionTarget, timeoutSeconds: number): Promise<LoginResult> {
  const marks = loginMarks(bootstrap)
  let resolve: (result: LoginResult) => void
  let reject: (error: Error) => void
  const promise = new Promise<LoginResult>((yes, no) => {
    resolve = yes
    reject = no
  })
  let heard = ''
  let sudoFrom: number | undefined
  let attempts = 0
  let prompts = 0
  let settled = false
  const settle = (act: () => void): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    act()
  }
  const fail = (error: Error): void => settle(() => reject(error))
  const timer = setTimeout(() => {
    const what = sudoFrom === undefined ? 'the login shell' : 'sudo'
    const said = heard.trim() === '' ? 'it printed nothing' : `it printed ${quoted(heard)}`
    fail(
      failure(
        target,
        'TIMED_OUT',
        `${what} did not answer in ${timeoutSeconds} s, ${said}`,
        'accounts that only do sftp, and rc files that wait for input, look like this',
      ),
    )
  }, timeoutSeconds * 1000)

  const step = (): void => {
    for (let more = true; more && !settled; ) {
      more = false
      if (heard.includes(marks.ready)) return settle(() => resolve({ kind: 'ready' }))
      const tried = heard.indexOf(marks.trySudo, sudoFrom ?? 0)
      if (sudoFrom === undefined && tried >= 0) {
        sudoFrom = tried + marks.trySudo.length
        attempts += 1
        more = true
      }
      if (sudoFrom === undefined) return
      const asked = heard.indexOf(marks.prompt, sudoFrom)
      if (asked >= 0) {
        heard = heard.slice(0, asked) + heard.slice(asked + marks.prompt.length)
        prompts += 1
        const password = target.become?.password
        if (prompts > 1 || password === undefined) return fail(passwordRefused(target))
        pipe.send(Buffer.from(`${password.reveal()}\n`))
        more = true
      }
      const ended = new RegExp(`${marks.sudoEnded}(\\d+)\\n`).exec(heard.slice(sudoFrom))
      if (ended !== null) {
        const said = heard.slice(sudoFrom, sudoFrom + ended.index)
        const status = Number(ended[1])
        if (target.become?.password === undefined || attempts === 2 || status !== 1) return fail(sudoProblem(target, said, status))
        heard = heard.slice(sudoFrom + ended.index + ended[0].length)
        sudoFrom = undefined
        more = true
      }
    }
  }
  pipe.listen({
    bytes(chunk) {
      if (settled) return
      heard += chunk.toString('utf8')
      step()
      if (heard.length > noiseLimitBytes) {
        fail(
          failure(
            target,
            'SHELL_REFUSED',
            `the login shell printed more than ${noiseLimitBytes / 1024} KiB and started no sh: ${quoted(heard)}`,
          ),
        )
      }
    },
    ended(end) {
      if (end.kind === 'connection') return fail(failure(target, 'CONNECTION_LOST', `the connection ended during login: ${end.why}`))
      if (sudoFrom !== undefined) return fail(sudoProblem(target, heard.slice(sudoFrom), end.code ?? 1))
      settle(() => resolve({ kind: 'refused', said: heard, end }))
    },
  })
  return promise
}

const passwordWanted =
  /password is required|authentication is required|no password was provided|terminal is required|incorrect (password|authentication)|try again/i

function sudoProblem(target: ConnectionTarget, said: string, status: number): Error {
  const user = target.become?.user ?? ''
  if (status === 127 || /sudo: (command )?not found/.test(said)) {
    return failure(target, 'SUDO_REFUSED', 'sudo is not on the host', `install sudo there, or connect as a user that needs none`)
  }
  if (passwordWanted.test(said))
    return target.become?.password === undefined ? passwordMissing(target, said) : passwordRefused(target, said)
  if (/unknown user|user not found/i.test(said)) {
    return failure(
      target,
      'SUDO_REFUSED',
      `there is no user ${user} on the host: ${quoted(said)}`,
      'create the user, or become another one with --become-user',
    )
  }
  const hint = `allow it with this line in a file below /etc/sudoers.d\n${target.user} ALL=(${user}) ALL`
  return failure(target, 'SUDO_REFUSED', `${target.user} may not become ${user}: ${quoted(said)}`, hint)
}

function passwordMissing(target: ConnectionTarget, said: string): Error {
  const hint = `give the password with -K, or allow it without one by this line in a file below /etc/sudoers.d\n${target.user} ALL=(${target.become?.user}) NOPASSWD: ALL`
  return failure(
    target,
    'SUDO_PASSWORD',
    `sudo wants a password to become ${target.become?.user}, and none was given: ${quoted(said)}`,
    hint,
  )
}

function passwordRefused(target: ConnectionTarget, said?: string): Error {
  const detail = said === undefined ? '' : `: ${quoted(said)}`
  return failure(
    target,
    'SUDO_PASSWORD',
    `sudo refused the password of ${target.user}${detail}`,
    'it was tried once and not again, so the account is not locked; give the right one with -K',
  )
}

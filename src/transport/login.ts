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
    const what = sudoFrom === undefined ? 'the login shell' : (target.become?.method ?? 'sudo')
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
      const asked = promptIn(heard, sudoFrom, marks.prompt, target)
      if (asked !== undefined) {
        heard = heard.slice(0, asked.from) + heard.slice(asked.to)
        prompts += 1
        const password = target.become?.password
        if (password === undefined) return fail(passwordMissing(target, ''))
        if (prompts > 1) return fail(passwordRefused(target))
        pipe.send(Buffer.from(`${password.reveal()}\n`))
        more = true
      }
      const ended = new RegExp(`${marks.sudoEnded}(\\d+)\\n`).exec(heard.slice(sudoFrom))
      if (ended !== null) {
        const said = heard.slice(sudoFrom, sudoFrom + ended.index)
        const status = Number(ended[1])
        if (target.become?.password === undefined || target.become.method !== 'sudo' || attempts === 2 || status !== 1)
          return fail(sudoProblem(target, said, status))
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

/** Where a password is asked for: by our own prompt, or for su by whatever ends like one behind our mark (PAM: `Password: `). */
function promptIn(
  heard: string,
  from: number,
  prompt: string,
  { become }: ConnectionTarget,
): { readonly from: number; readonly to: number } | undefined {
  if (become?.method === 'su') {
    const found = /[^\n]*password[^\n:]*: ?$/i.exec(heard.slice(from))
    return found === null ? undefined : { from: from + found.index, to: heard.length }
  }
  const at = heard.indexOf(prompt, from)
  return at < 0 ? undefined : { from: at, to: at + prompt.length }
}

const passwordWanted =
  /password is required|authentication is required|authorization required|no password was provided|terminal is required|a tty is required|incorrect (password|authentication)|authentication failure|try again/i

function sudoProblem(target: ConnectionTarget, said: string, status: number): Error {
  const { user = '', method = 'sudo' } = target.become ?? {}
  if (status === 127 || /sudo: (command )?not found/.test(said)) {
    const hint =
      method === 'su'
        ? 'connect as the user itself'
        : `install ${method} there, name another way with ansible_become_method, or connect as a user that needs none`
    return failure(target, 'SUDO_REFUSED', `${method} is not on the host`, hint)
  }
  if (passwordWanted.test(said))
    return target.become?.password === undefined || method === 'doas' ? passwordMissing(target, said) : passwordRefused(target, said)
  if (/unknown user|user not found|does not exist/i.test(said)) {
    return failure(
      target,
      'SUDO_REFUSED',
      `there is no user ${user} on the host: ${quoted(said)}`,
      'create the user, or become another one with --become-user',
    )
  }
  return failure(target, 'SUDO_REFUSED', `${target.user} may not become ${user}: ${quoted(said)}`, allowHint(target, false))
}

/** The line that lets the login user become the other one. */
function allowHint({ user, become }: ConnectionTarget, nothingAsked: boolean): string {
  switch (become?.method) {
    case 'doas':
      return `allow it with this line in /etc/doas.conf\npermit nopass ${user} as ${become.user}`
    case 'su':
      return `allow it in /etc/pam.d/su, or connect as ${become.user}`
    default:
      return `allow it with this line in a file below /etc/sudoers.d\n${user} ALL=(${become?.user ?? ''}) ${nothingAsked ? 'NOPASSWD: ' : ''}ALL`
  }
}

function passwordMissing(target: ConnectionTarget, said: string): Error {
  const { user = '', method = 'sudo' } = target.become ?? {}
  const detail = said.trim() === '' ? '' : `: ${quoted(said)}`
  if (method === 'doas') {
    const message = `doas wants a password to become ${user}, and takes one from a terminal only, which there is not${detail}`
    return failure(target, 'SUDO_PASSWORD', message, allowHint(target, true))
  }
  const hint =
    method === 'su'
      ? `give the password of ${user} with -K`
      : `give the password with -K, or ${allowHint(target, true).replace('allow it with', 'allow it without one by')}`
  return failure(target, 'SUDO_PASSWORD', `${method} wants a password to become ${user}, and none was given${detail}`, hint)
}

function passwordRefused(target: ConnectionTarget, said?: string): Error {
  const detail = said === undefined ? '' : `: ${quoted(said)}`
  const { user = '', method = 'sudo' } = target.become ?? {}
  return failure(
    target,
    'SUDO_PASSWORD',
    `${method} refused the password of ${method === 'su' ? user : target.user}${detail}`,
    'it was tried once and not again, so the account is not locked; give the right one with -K',
  )
}

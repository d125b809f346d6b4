import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { environment, program } from './ansible.ts'

interface Request {
  readonly what: 'playbook' | 'patterns'
  readonly cwd: string
  readonly [key: string]: unknown
}

export interface Answer {
  readonly code: number
  /** what the request is about: events, or hosts per pattern */
  readonly text: string
  /** what a person would have read */
  readonly output: string
}

/** Ansible as one process that answers many requests, one after the other (server.py says how). */
export class AnsibleServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tlsplay-ansible-'))
  readonly #child: ChildProcess
  readonly #answers: Interface
  #last: Promise<unknown> = Promise.resolve()

  constructor() {
    const here = import.meta.dirname
    this.#child = spawn(program('python3'), [join(here, 'server.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...environment(this.#folder),
        PYTHONDONTWRITEBYTECODE: '1',
        ANSIBLE_STDOUT_CALLBACK: 'events',
        ANSIBLE_CALLBACK_PLUGINS: join(here, 'callbacks'),
      },
    })
    const { stdout } = this.#child
    if (stdout === null) throw new Error('server.py has no stdout')
    this.#answers = createInterface({ input: stdout })
  }

  ask(request: Request): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask(request))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #ask(request: Request): Promise<Answer> {
    const [answer, output] = [join(this.#folder, 'answer'), join(this.#folder, 'output')]
    rmSync(answer, { force: true })
    const line = new Promise<string>((resolve, reject) => {
      const ended = (): void => reject(new Error('server.py has ended'))
      this.#child.once('exit', ended)
      this.#answers.once('line', (text) => {
        this.#child.off('exit', ended)
        resolve(text)
      })
    })
    this.#child.stdin?.write(`${JSON.stringify({ ...request, answer, output })}\n`)
    const { code }: { readonly code: number } = JSON.parse(await line)
    return { code, text: existsSync(answer) ? readFileSync(answer, 'utf8') : '', output: readFileSync(output, 'utf8') }
  }

  stop(): void {
    this.#child.stdin?.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

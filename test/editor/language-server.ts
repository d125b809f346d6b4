import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A place in a text as editors count: from zero. */
export interface EditorPlace {
  readonly line: number
  readonly character: number
}

export interface Diagnostic {
  readonly message: string
  readonly range: { readonly start: EditorPlace; readonly end: EditorPlace }
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

const program = fileURLToPath(new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url))

/** The language server that editors run for YAML, spoken to over stdio as they do: messages of JSON-RPC behind a header. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #diagnostics = new Map<string, (found: readonly Diagnostic[]) => void>()
  #rest: Buffer = Buffer.alloc(0)
  #next = 1

  private constructor() {
    this.#child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stdout.on('data', (part: Buffer) => this.#take(part))
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#answers.values()) reject(new Error(`the language server ended with ${code}`))
    })
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer()
    await server.#ask('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
    server.#tell('initialized', {})
    // the schemas of this repository only: no catalogue is fetched
    const yaml = { schemaStore: { enable: false }, validate: true, hover: true, completion: true, format: { enable: false } }
    server.#tell('workspace/didChangeConfiguration', { settings: { yaml } })
    return server
  }

  /** Opens a text as the file of this path and gives what the server finds wrong in it. */
  async open(path: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(path).href
    const found = new Promise<readonly Diagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve))
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } })
    return found
  }

  /** Texts offered at a place. */
  async complete(path: string, position: EditorPlace): Promise<readonly string[]> {
    const answer = (await this.#ask('textDocument/completion', { textDocument: { uri: pathToFileURL(path).href }, position })) as {
      readonly items: readonly { readonly label: string }[]
    } | null
    return (answer?.items ?? []).map(({ label }) => label)
  }

  /** The text shown over a place. */
  async hover(path: string, position: EditorPlace): Promise<string> {
    const answer = (await this.#ask('textDocument/hover', { textDocument: { uri: pathToFileURL(path).href }, position })) as {
      readonly contents: { readonly value: string }
    } | null
    return answer?.contents.value ?? ''
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    await this.#ask('shutdown', null)
    this.#tell('exit', null)
    await ended
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject })
      this.#send({ id, method, params })
    })
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params })
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #take(part: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, part])
    for (;;) {
      const head = this.#rest.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/i.exec(this.#rest.subarray(0, Math.max(0, head)).toString())?.[1])
      if (head < 0 || this.#rest.length < head + 4 + length) return
      const message = JSON.parse(this.#rest.subarray(head + 4, head + 4 + length).toString()) as Message
      this.#rest = this.#rest.subarray(head + 4 + length)
      this.#handle(message)
    }
  }

  #handle({ id, method, params, result, error }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { readonly uri: string; readonly diagnostics: readonly Diagnostic[] }
      this.#diagnostics.get(uri)?.(diagnostics)
    } else if (method !== undefined && id !== undefined) {
      // it asks for settings, and to be told of more; nobody here has any
      this.#send({
        id,
        result: method === 'workspace/configuration' ? (params as { items: readonly unknown[] }).items.map(() => null) : null,
      })
    } else if (id !== undefined) {
      const waiting = this.#answers.get(id)
      this.#answers.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(error.message))
    }
  }
}

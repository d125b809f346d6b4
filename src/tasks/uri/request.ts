import { isList, isMap, revealText, Secret, type Text, type Value } from '../../model/value.ts'
import type { UriParams } from './schema.ts'

/** A request as the config file that curl reads from its standard input: no word of it stands in the list of processes. */
export interface Request {
  readonly config: Text
  /** there is a secret in it */
  readonly secret: boolean
}

export type Made = Request | { readonly wrong: string }

const defaultSeconds = 30
const mostRedirects = 10

const contentTypes = { json: 'application/json', 'form-urlencoded': 'application/x-www-form-urlencoded' } as const

/** What curl prints behind the answer: status, bytes of all headers, and where the redirects led. */
const told = '\n%{http_code} %{size_header} %{url_effective}'

export function requestOf(params: UriParams): Made {
  const { method = 'GET', url, headers = {}, validate_certs = true, timeout = defaultSeconds } = params
  const body = bodyOf(params)
  if (typeof body === 'object' && body !== null && 'wrong' in body) return body
  const type = params.body_format === undefined || params.body_format === 'raw' ? undefined : contentTypes[params.body_format]
  const typed = type === undefined || body === undefined || Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const fields: Readonly<Record<string, Text>> = typed ? headers : { 'Content-Type': type, ...headers }
  const login = loginOf(params)
  const secret = [url, body, login, ...Object.values(fields)].some((text) => text instanceof Secret)
  const follows = (params.follow_redirects ?? 'safe') === 'safe' && (method === 'GET' || method === 'HEAD') && !secret
  const options: readonly (readonly [string, Text?])[] = [
    ['silent'],
    ['show-error'],
    ['globoff'],
    ['include'],
    ['proto', '=http,https'],
    ['max-time', String(timeout)],
    ...(follows ? ([['location'], ['max-redirs', String(mostRedirects)], ['proto-redir', '=http,https']] as const) : []),
    ...(method === 'HEAD' ? ([['head']] as const) : method === 'GET' && body === undefined ? [] : ([['request', method]] as const)),
    ...(validate_certs ? [] : ([['insecure']] as const)),
    ...given('cacert', params.ca_path),
    ...given('cert', params.client_cert),
    ...given('key', params.client_key),
    ...given('user', login),
    ...Object.entries(fields).map(([name, value]): readonly [string, Text] => ['header', Secret.join([`${name}: `, value])]),
    ...given('data-raw', body),
    ['write-out', told],
    ['url', url],
  ]
  return { config: Secret.join(options.map(line)), secret }
}

function given(name: string, value: Text | undefined): readonly (readonly [string, Text])[] {
  return value === undefined ? [] : [[name, value]]
}

function loginOf({ url_username, url_password }: UriParams): Text | undefined {
  return url_username === undefined && url_password === undefined ? undefined : Secret.join([url_username ?? '', ':', url_password ?? ''])
}

/** One option of a config file; inside of quotes curl knows these escapes (curl(1), -K). */
function line([name, value]: readonly [string, Text?]): Text {
  return value === undefined ? `${name}\n` : Secret.join([`${name} = "`, escaped(value), '"\n'])
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\v': '\\v' }

function escaped(text: Text): Text {
  const escape = (part: string): string => part.replaceAll(/[\\"\t\n\r\v]/g, (letter) => escapes[letter] ?? letter)
  if (typeof text === 'string') return escape(text)
  return new Secret(text.parts.map((part) => (typeof part === 'string' ? escape(part) : { hidden: escape(part.hidden) })))
}

function bodyOf({ body, body_format = 'raw' }: UriParams): Text | undefined | { readonly wrong: string } {
  if (body === undefined) return undefined
  const isText = typeof body === 'string' || body instanceof Secret
  switch (body_format) {
    case 'raw':
      if (!isText) return { wrong: 'body: expected a text; body_format: json sends any value' }
      return revealText(body).includes('\0') ? { wrong: 'body: a NUL byte cannot be sent' } : body
    case 'json':
      // A text is JSON already, as with Ansible.
      return isText ? body : hiddenIf(holdsSecret(body), JSON.stringify(revealed(body)))
    case 'form-urlencoded':
      if (isText) return body
      if (!isMap(body)) return { wrong: 'body: expected a map of fields, or a text' }
      return hiddenIf(holdsSecret(body), form(body))
  }
}

function form(fields: Readonly<Record<string, Value>>): string {
  const words = Object.entries(fields).flatMap(([name, value]) =>
    (isList(value) ? value : [value]).map((one): [string, string] => [name, one instanceof Secret ? one.reveal() : String(one)]),
  )
  return new URLSearchParams(words).toString()
}

function hiddenIf(secret: boolean, text: string): Text {
  return secret ? Secret.of(text) : text
}

function holdsSecret(value: Value): boolean {
  if (value instanceof Secret) return true
  if (isList(value)) return value.some(holdsSecret)
  return isMap(value) && Object.values(value).some(holdsSecret)
}

function revealed(value: Value): Value {
  if (value instanceof Secret) return value.reveal()
  if (isList(value)) return value.map(revealed)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealed(one)])) : value
}

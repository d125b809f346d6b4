/** A fixed stream of numbers, at least 0 and below 1: a failure shows the same canary again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const alphabets = [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  'abcXYZ019 "\\$`',
  "abcXYZ019 '!;|&<>*",
  'abcXYZ019 %/?#+=:@~',
  'abcXYZ019äöß€漢字🔑',
  'abcXYZ019{}[],.^()',
]

/** Secrets of every kind: eight bytes and long ones, quotes, blanks, letters of other scripts, and texts of several lines. */
export function canaries(count: number, seed = 1): readonly string[] {
  const random = seeded(seed)
  const letter = (alphabet: readonly string[]): string => alphabet[Math.floor(random() * alphabet.length)] ?? 'x'
  const word = (alphabet: readonly string[], length: number): string => Array.from({ length }, () => letter(alphabet)).join('')
  const plain = [...(alphabets[0] ?? '')]
  return Array.from({ length: count }, (_, index) => {
    const kind = index % (alphabets.length + 2)
    if (kind === alphabets.length) return pem(Array.from({ length: 4 }, () => word(plain, 64)))
    if (kind === alphabets.length + 1) return word(plain, 8)
    // It begins and ends with letters, so that a blank at the edge is never all that tells it from its surroundings.
    return `${word(plain, 4)}${word([...(alphabets[kind] ?? '')], 6 + (index % 30))}${word(plain, 4)}`
  })
}

function pem(lines: readonly string[]): string {
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n')
}

/** One way in which a secret is written down: the text, and the stretches of it that give the secret away. */
export interface Written {
  readonly text: string
  readonly telling: readonly string[]
}

const lines = (secret: string): readonly string[] => secret.split('\n').filter((line) => !line.startsWith('-----'))
const whole = (text: string): Written => ({ text, telling: [text] })

/** What of the base64 of a text stays the same whatever stands around it, found by trying. */
function base64At(secret: string, offset: number, encoding: 'base64' | 'base64url'): Written {
  const around = (before: number, after: number): string =>
    Buffer.concat([Buffer.alloc(offset, before), Buffer.from(secret), Buffer.alloc(3, after)]).toString(encoding)
  const [one, other, last] = [around(0x41, 0x41), around(0xb2, 0x41), around(0x41, 0xb2)]
  let from = 0
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) from = at + 1
  let to = 0
  while (to < one.length && one[to] === last[to]) to += 1
  return { text: one, telling: [one.slice(from, to)] }
}

/** The encodings of reliability: twelve ways to write down a secret. `split` is the raw text; the test cuts it. */
export const encodings: Readonly<Record<string, (secret: string) => Written>> = {
  raw: (secret) => ({ text: secret, telling: lines(secret) }),
  lines: (secret) => ({ text: lines(secret).join('\n  | '), telling: lines(secret) }),
  'base64 at 0': (secret) => base64At(secret, 0, 'base64'),
  'base64 at 1': (secret) => base64At(secret, 1, 'base64'),
  'base64 at 2': (secret) => base64At(secret, 2, 'base64'),
  base64url: (secret) => base64At(secret, secret.length % 3, 'base64url'),
  hex: (secret) => whole(Buffer.from(secret).toString('hex')),
  HEX: (secret) => whole(Buffer.from(secret).toString('hex').toUpperCase()),
  URL: (secret) => whole(encodeURIComponent(secret)),
  JSON: (secret) => ({ text: JSON.stringify({ value: secret }), telling: [JSON.stringify(secret).slice(1, -1)] }),
  'shell-quoted': (secret) => ({
    text: `'${secret.replaceAll("'", `'\\''`)}'`,
    telling: lines(secret).map((line) => line.replaceAll("'", `'\\''`)),
  }),
  split: (secret) => ({ text: `${secret}${secret}`, telling: lines(secret) }),
}

export interface Planted {
  readonly encoding: string
  readonly telling: string
}

/** Which of them a text gives away. */
export function leaks(output: string, planted: readonly Planted[]): readonly Planted[] {
  return planted.filter(({ telling }) => output.includes(telling))
}

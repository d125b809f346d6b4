import { quote } from '../../lib/sh.ts'
import { revealText, Secret, type Text } from '../../model/value.ts'
import type { CopyDeed, KeySource } from './deed.ts'
import type { CopyFormat } from './formats.ts'

/*
 * Words of the scripts that make key, certificate and copies on a host. They share names: `key` is the path of the key,
 * `chain` a function that prints certificate and intermediates. A passphrase is a variable of the shell, which no other
 * process sees, and reaches openssl through a descriptor.
 */

/** Lines of sh; what is computed from a secret is one. */
export function lines(...texts: readonly Text[]): Text {
  return Secret.join(texts.flatMap((text, at) => (at === 0 ? [text] : ['\n', text])))
}

/** Sets a variable of the shell to a passphrase. */
export function remember(name: string, passphrase: Secret | undefined): Text {
  return passphrase === undefined ? `${name}=` : new Secret([`${name}=`, { hidden: quote(revealText(passphrase)) }])
}

/** noclobber opens with O_EXCL: a file that somebody else put there first is refused before openssl would follow it. */
export function claim(variables: readonly string[]): string {
  return `set -C; ${[...variables.map((name) => `: >"$${name}"`), ':'].join(' && ')} || exit 1; set +C`
}

/** One line of input for openssl on a descriptor; it stands behind the whole command. */
export function input(descriptor: 3 | 4, variable: string): { readonly word: string; readonly body: string } {
  return { word: `${descriptor}<<TLSPLAY_${descriptor}`, body: `$${variable}\nTLSPLAY_${descriptor}` }
}

/** The variables of the copies: COPY0, COPY1, ... */
export function copyVariables(copies: readonly CopyDeed[]): readonly string[] {
  return copies.map((_, at) => `COPY${at}`)
}

export function copyTools(copies: readonly CopyDeed[]): readonly string[] {
  const formats = copies.map(({ format }) => format)
  return [
    ...(formats.length > 0 ? ['cat'] : []),
    ...(formats.includes('pkcs12') ? ['openssl'] : []),
    ...(formats.some((format) => format === 'certificate' || format === 'chain') ? ['awk'] : []),
  ]
}

/** Makes every copy; the key in them is as it stands in its file, encrypted or not. `pass` is its passphrase. */
export function copyLines(copies: readonly CopyDeed[], encrypted: boolean): Text {
  return lines(...copies.map((copy, at) => lines(remember('word', copy.password), `${copyCommand(copy, `"$COPY${at}"`, encrypted)}`)))
}

function copyCommand({ format, alias }: CopyDeed, target: string, encrypted: boolean): string {
  if (format !== 'pkcs12') return `{ ${parts[format]}; } >${target} || exit 1`
  const [pass, word] = [input(3, 'pass'), input(4, 'word')]
  // The ciphers are named, because OpenSSL before 3.0 takes RC2 and 3DES for PKCS#12.
  return [
    `chain | openssl pkcs12 -export -inkey "$key"${encrypted ? ' -passin fd:3' : ''} -passout fd:4 -name ${quote(alias)}`,
    ` -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -out ${target}${encrypted ? ` ${pass.word}` : ''} ${word.word} || exit 1\n`,
    `${encrypted ? `${pass.body}\n` : ''}${word.body}`,
  ].join('')
}

const parts: Readonly<Record<Exclude<CopyFormat, 'pkcs12'>, string>> = {
  certificate: `chain | awk '/^-----BEGIN /{n++} n==1'`,
  chain: `chain | awk '/^-----BEGIN /{n++} n>1'`,
  fullchain: 'chain',
  key: 'cat -- "$key"',
  bundle: 'chain && cat -- "$key"',
  'bundle-key-first': 'cat -- "$key" && chain',
}

/** Puts a private key in clear from stdin into `target`, under `pass` when it is to be encrypted. */
export function sealCommand(target: string, encrypted: boolean): { readonly command: string; readonly body: string } {
  if (!encrypted) return { command: `cat >${target}`, body: '' }
  const pass = input(3, 'pass')
  return {
    // As many rounds as the key of an authority has at least: OpenSSL takes 2,048 unless told otherwise.
    command: `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout fd:3 -out ${target} ${pass.word}`,
    body: `${pass.body}\n`,
  }
}

/** Prints a key that was given, in clear, into the pipe that follows. `open` is its passphrase. */
export function openLines(from: KeySource): { readonly before: Text; readonly command: string; readonly body: Text } {
  switch (from.kind) {
    case 'text':
      return { before: '', command: `cat <<'TLSPLAY_KEY'`, body: Secret.join([from.pem, 'TLSPLAY_KEY\n']) }
    case 'file':
      if (from.passphrase === undefined) return { before: '', command: `openssl pkey -passin pass: -in ${quote(from.path)}`, body: '' }
      return {
        before: remember('open', from.passphrase),
        command: `openssl pkey -passin fd:4 -in ${quote(from.path)} ${input(4, 'open').word}`,
        body: `${input(4, 'open').body}\n`,
      }
    case 'pkcs12': {
      const { word, body } = input(4, 'open')
      const take = (more: string) =>
        `openssl pkcs12${more} -in ${quote(from.path)} -nocerts -nodes -passin fd:4 2>/dev/null ${word}\n${body}`
      return {
        before: lines(
          remember('open', from.password),
          `opened() {\n${take('')}\n}`,
          `opened >/dev/null || opened() {\n${take(' -legacy')}\n}`,
        ),
        command: 'opened | openssl pkey -passin pass:',
        body: '',
      }
    }
  }
}

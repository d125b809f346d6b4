/** A text of Ansible Vault, taken apart and not yet opened. */
export interface Envelope {
  /** `default` in format 1.1, which has none */
  readonly label: string
  readonly salt: Uint8Array
  readonly digest: Uint8Array
  readonly ciphertext: Uint8Array
}

export const vaultMark = '$ANSIBLE_VAULT;'
export const defaultLabel = 'default'

// Lower case only: nothing authenticates the spelling, so a letter that changed its case would pass unseen.
const form = /^\$ANSIBLE_VAULT;(?:1\.1;AES256|1\.2;AES256;([\w.@+-]{1,64}))\r?\n([0-9a-f\r\n]+)$/
const labelForm = /^[\w.@+-]{1,64}$/
const lineLength = 80

/** Whether the head of an envelope can name it. */
export function isLabel(text: string): boolean {
  return labelForm.test(text)
}

/** Formats 1.1 and 1.2 of ansible-core 2.19 (lib/ansible/parsing/vault/__init__.py, parse_vaulttext_envelope). Undefined: damaged or unknown. */
export function readEnvelope(text: string): Envelope | undefined {
  const found = form.exec(text)
  const [, label = defaultLabel, body = ''] = found ?? []
  const inner = fromHex(body.replaceAll(/[\r\n]/g, ''))
  const parts = inner === undefined ? [] : inner.toString('latin1').split('\n').map(fromHex)
  const [salt, digest, ciphertext] = parts
  if (parts.length !== 3 || salt === undefined || digest === undefined || ciphertext === undefined) return undefined
  return digest.length === 32 ? { label, salt, digest, ciphertext } : undefined
}

/** Format 1.1, or 1.2 where a label has to be kept. Ends with a newline. */
export function writeEnvelope({ label, salt, digest, ciphertext }: Envelope): string {
  const head = label === defaultLabel ? `${vaultMark}1.1;AES256` : `${vaultMark}1.2;AES256;${label}`
  const inner = [salt, digest, ciphertext].map((bytes) => Buffer.from(bytes).toString('hex')).join('\n')
  const body = Buffer.from(inner, 'latin1').toString('hex')
  return `${[head, ...(body.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [])].join('\n')}\n`
}

function fromHex(text: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined
}

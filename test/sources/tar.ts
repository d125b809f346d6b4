/** One header of a tar archive with what follows it, made by hand: what a writer of archives would never write is what is tested. */
export interface Block {
  /** bytes where it is no UTF-8 */
  readonly name: string | Uint8Array
  /** the letter of the kind: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, 6 pipe, x g L K S ... */
  readonly type?: string
  readonly content?: string | Uint8Array
  readonly link?: string
  /** as the header says, when it lies */
  readonly size?: number
  readonly prefix?: string
  readonly magic?: string
  readonly checksum?: number
}

export function block({ name, type = '0', content = '', link = '', size, prefix = '', magic = 'ustar\0' + '00', checksum }: Block): Buffer {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.set(Buffer.from(name).subarray(0, 100))
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write(magic, 257, 'latin1')
  header.write(prefix, 345, 155)
  const sum = checksum ?? header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

/** An archive of these blocks, with the two empty ones at its end. */
export function tar(...blocks: readonly (Block | Buffer)[]): Buffer {
  return Buffer.concat([...blocks.map((one) => (Buffer.isBuffer(one) ? one : block(one))), Buffer.alloc(1024)])
}

/** A record of PAX that changes the entry behind it. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    let length = Buffer.byteLength(rest)
    while (String(length).length + Buffer.byteLength(rest) !== length) length = String(length).length + Buffer.byteLength(rest)
    return `${length}${rest}`
  })
  return block({ name: 'PaxHeader/x', type, content: content.join('') })
}

export const roleFile: Block = { name: 'role.yml', content: "summary: s\nversion: '1'\n" }

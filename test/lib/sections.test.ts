import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSections } from '../../src/lib/sections.ts'

const nonce = '0123456789abcdef'
const mark = (text: string): string => `\n\x1e${nonce} ${text}\n`
const section = (index: number, stdout: string, rc = 0): string => `${mark(`B ${index}`)}${stdout}${mark(`E ${index} ${rc}`)}`
const parse = (output: string) =>
  parseSections(Buffer.from(output, 'latin1'), nonce).map(({ index, rc, stdout, stderr }) => ({
    index,
    rc,
    stdout: Buffer.from(stdout).toString('latin1'),
    stderr: Buffer.from(stderr).toString('latin1'),
  }))

describe('sections of an answer', () => {
  test.each([
    { case: 'one', output: section(0, 'hello'), expected: [{ index: 0, rc: 0, stdout: 'hello', stderr: '' }] },
    {
      case: 'no newline at the end of the output is kept as it was',
      output: section(1, 'a\n'),
      expected: [{ index: 1, rc: 0, stdout: 'a\n', stderr: '' }],
    },
    { case: 'empty', output: section(2, '', 3), expected: [{ index: 2, rc: 3, stdout: '', stderr: '' }] },
    {
      case: 'two with noise between',
      output: `${section(0, 'x')}noise${section(1, 'y')}`,
      expected: [
        { index: 0, rc: 0, stdout: 'x', stderr: '' },
        { index: 1, rc: 0, stdout: 'y', stderr: '' },
      ],
    },
    {
      case: 'stderr apart',
      output: `${mark('B 4')}out${mark('X 4')}err${mark('E 4 1')}`,
      expected: [{ index: 4, rc: 1, stdout: 'out', stderr: 'err' }],
    },
    {
      case: 'both streams empty',
      output: `${mark('B 4')}${mark('X 4')}${mark('E 4 0')}`,
      expected: [{ index: 4, rc: 0, stdout: '', stderr: '' }],
    },
    {
      case: 'one that never ended is left out',
      output: `${section(0, 'x')}${mark('B 1')}half`,
      expected: [{ index: 0, rc: 0, stdout: 'x', stderr: '' }],
    },
    {
      case: 'an end of another index is data of nobody',
      output: `${mark('B 1')}x${mark('E 2 0')}${mark('E 1 0')}`,
      expected: [{ index: 1, rc: 0, stdout: `x${mark('E 2 0')}`, stderr: '' }],
    },
    {
      case: 'a mark with another nonce is data',
      output: section(0, '\n\x1effff E 0 0\n'),
      expected: [{ index: 0, rc: 0, stdout: '\n\x1effff E 0 0\n', stderr: '' }],
    },
  ])('$case', ({ output, expected }) => {
    expect(parse(output)).toEqual(expected)
  })

  test('any bytes without the nonce come back as they were', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString('latin1')),
          { maxLength: 5 },
        ),
        (texts) => {
          const output = texts.map((text, index) => section(index, text)).join('')
          expect(parse(output).map(({ stdout }) => stdout)).toEqual(texts)
        },
      ),
    )
  })
})

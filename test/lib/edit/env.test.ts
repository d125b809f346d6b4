import { describe, expect, test } from 'vitest'
import type { Edit } from '../../../src/lib/edit/edit-path.ts'
import { envValues, removeEnv, setEnv, setEnvFlag } from '../../../src/lib/edit/env.ts'

const flag = '--web.config.file'
const value = '/etc/web.yml'

function outcome(edit: Edit): string {
  return edit.kind === 'edited' ? edit.text : `impossible: ${edit.why}`
}

describe('setEnvFlag', () => {
  test.each([
    { case: 'an empty variable', text: '# words\nARGS=""\n', becomes: `# words\nARGS="${flag}=${value}"\n`, without: '# words\nARGS=""\n' },
    {
      case: 'behind other flags',
      text: 'ARGS="--a=1 --b"\n',
      becomes: `ARGS="--a=1 --b ${flag}=${value}"\n`,
      without: 'ARGS="--a=1 --b"\n',
    },
    {
      case: 'a value with =, in the middle',
      text: `ARGS="--a ${flag}=/old --b"\n`,
      becomes: `ARGS="--a ${flag}=${value} --b"\n`,
      without: 'ARGS="--a --b"\n',
    },
    {
      case: 'a value of its own word',
      text: `ARGS="--a ${flag} /old --b"\n`,
      becomes: `ARGS="--a ${flag} ${value} --b"\n`,
      without: 'ARGS="--a --b"\n',
    },
    { case: 'at the end', text: `ARGS="--a ${flag}=/old"\n`, becomes: `ARGS="--a ${flag}=${value}"\n`, without: 'ARGS="--a"\n' },
    {
      case: 'single quotes',
      text: `ARGS='--re=a\\.b ${flag}=/old'\n`,
      becomes: `ARGS='--re=a\\.b ${flag}=${value}'\n`,
      without: "ARGS='--re=a\\.b'\n",
    },
    {
      case: 'lines that go on',
      text: 'ARGS="--a \\\n  --b \\\n  --c"\nX=1\n',
      becomes: `ARGS="--a \\\n  --b \\\n  --c ${flag}=${value}"\nX=1\n`,
      without: 'ARGS="--a \\\n  --b \\\n  --c"\nX=1\n',
    },
    {
      case: 'a flag on a line that goes on',
      text: `ARGS="--a \\\n  ${flag}=/old \\\n  --c"\n`,
      becomes: `ARGS="--a \\\n  ${flag}=${value} \\\n  --c"\n`,
      without: 'ARGS="--a \\\n  --c"\n',
    },
    {
      case: 'no quotes: they come, or a shell would stop at the blank',
      text: 'ARGS=--a\n',
      becomes: `ARGS="--a ${flag}=${value}"\n`,
      without: 'ARGS=--a\n',
    },
    {
      case: 'below a commented sample',
      text: '#ARGS="--x"\nX=1\n',
      becomes: `#ARGS="--x"\nARGS="${flag}=${value}"\nX=1\n`,
      without: '#ARGS="--x"\nX=1\n',
    },
    {
      case: 'below a commented sample of many lines',
      text: '# ARGS="--x \\\n#  --y"\nX=1\n',
      becomes: `# ARGS="--x \\\n#  --y"\nARGS="${flag}=${value}"\nX=1\n`,
      without: '# ARGS="--x \\\n#  --y"\nX=1\n',
    },
    { case: 'no variable', text: 'X=1', becomes: `X=1\nARGS="${flag}=${value}"\n`, without: 'X=1' },
    { case: 'no file', text: '', becomes: `ARGS="${flag}=${value}"\n`, without: '' },
    {
      case: 'the last assignment counts',
      text: 'ARGS="--old"\nARGS="--new"\n',
      becomes: `ARGS="--old"\nARGS="--new ${flag}=${value}"\n`,
      without: 'ARGS="--old"\nARGS="--new"\n',
    },
    {
      case: 'a longer flag is another one',
      text: `ARGS="${flag}s=/x"\n`,
      becomes: `ARGS="${flag}s=/x ${flag}=${value}"\n`,
      without: `ARGS="${flag}s=/x"\n`,
    },
    {
      case: 'quotes inside',
      text: 'ARGS="--re=\'a b\' --b"\n',
      becomes: `ARGS="--re='a b' --b ${flag}=${value}"\n`,
      without: 'ARGS="--re=\'a b\' --b"\n',
    },
    { case: 'CRLF', text: 'X=1\r\nARGS="--a"\r\n', becomes: `X=1\r\nARGS="--a ${flag}=${value}"\r\n`, without: 'X=1\r\nARGS="--a"\r\n' },
    {
      case: 'given twice',
      text: `ARGS="${flag}=a ${flag}=b"\n`,
      becomes: `impossible: ARGS: ${flag} is given more than once`,
      without: `impossible: ARGS: ${flag} is given more than once`,
    },
    {
      case: 'text behind the quote',
      text: 'ARGS="--a" --b\n',
      becomes: 'impossible: line 1: something stands behind the value of ARGS',
      without: 'impossible: line 1: something stands behind the value of ARGS',
    },
    {
      case: 'a quote that stays open',
      text: 'X=1\nARGS="--a\n',
      becomes: 'impossible: line 2: the quote of ARGS is not closed',
      without: 'impossible: line 2: the quote of ARGS is not closed',
    },
  ])('$case', ({ text, becomes, without }) => {
    const result = setEnvFlag(text, 'ARGS', flag, value)
    expect(outcome(result)).toBe(becomes)
    if (result.kind === 'edited') expect(outcome(setEnvFlag(result.text, 'ARGS', flag, value))).toBe(becomes)
    expect(outcome(setEnvFlag(text, 'ARGS', flag, false))).toBe(without)
  })

  test('a flag without a value', () => {
    expect(outcome(setEnvFlag('ARGS="--a"\n', 'ARGS', '--on', true))).toBe('ARGS="--a --on"\n')
    expect(outcome(setEnvFlag('ARGS="--on --a"\n', 'ARGS', '--on', true))).toBe('ARGS="--on --a"\n')
    expect(outcome(setEnvFlag('ARGS="--on --a"\n', 'ARGS', '--on', false))).toBe('ARGS="--a"\n')
  })

  test('what the unit gives while the file does not is kept', () => {
    expect(outcome(setEnvFlag('', 'ARGS', flag, value, '--a --b'))).toBe(`ARGS="--a --b ${flag}=${value}"\n`)
  })

  test.each([
    { mark: '"', given: 'https://h/$a`b\\c', written: 'https://h/\\$a\\`b\\\\c' },
    { mark: "'", given: 'https://h/$a`b\\c', written: 'https://h/$a`b\\c' },
  ])('characters that mean something inside $mark', ({ mark, given, written }) => {
    const result = outcome(setEnvFlag(`A=${mark}--x${mark}\n`, 'A', '--u', given))
    expect(result).toBe(`A=${mark}--x --u=${written}${mark}\n`)
    expect(envValues(result)?.get('A')).toBe(`--x --u=${given}`)
  })

  test('a value with blanks is refused', () => {
    expect(outcome(setEnvFlag('A=""\n', 'A', '--u', 'a b'))).toContain('impossible: A: the value of --u has blanks')
  })
})

describe('setEnv and removeEnv', () => {
  test.each([
    { case: 'keeps double quotes', text: 'A="1" \nB=2\n', becomes: 'A="x y" \nB=2\n' },
    { case: 'keeps single quotes', text: "A='1'\n", becomes: "A='x y'\n" },
    { case: 'adds quotes where needed', text: 'A=1\n', becomes: 'A="x y"\n' },
    { case: 'new', text: '', becomes: 'A="x y"\n' },
    { case: 'prose is no sample', text: '## A=1\nB=2\n', becomes: '## A=1\nB=2\nA="x y"\n' },
    { case: 'exported', text: 'export A=1\n', becomes: 'export A="x y"\n' },
  ])('$case', ({ text, becomes }) => {
    expect(outcome(setEnv(text, 'A', 'x y'))).toBe(becomes)
    expect(outcome(setEnv(becomes, 'A', 'x y'))).toBe(becomes)
  })

  test('a name that is none, and a value of two lines, are refused', () => {
    expect(outcome(setEnv('', 'A.B', 'x'))).toBe('impossible: A.B cannot be the name of a variable')
    expect(outcome(setEnv('', 'A', 'x\ny'))).toBe('impossible: the value of A has a line break')
  })

  test('every assignment of a name goes', () => {
    expect(outcome(removeEnv('A=1\nB="x \\\n y"\n# A=3\nA=2', 'A'))).toBe('B="x \\\n y"\n# A=3\n')
    expect(outcome(removeEnv('A=1\nB="x \\\n y"\n', 'B'))).toBe('A=1\n')
  })
})

import { envValues } from '../../lib/edit/env.ts'
import { unitValues } from '../../lib/edit/systemd.ts'
import { wordsOf } from '../../lib/edit/words.ts'
import type { Look, UnitFact } from '../../model/fact.ts'
import { textOf } from './look.ts'

/** What systemd gives the process of a unit: Environment= first, each file after it beats what came before. */
export function environmentOf(unit: UnitFact, look: Look): ReadonlyMap<string, string> {
  const texts = [unit.fragmentPath, ...unit.dropIns].filter((path) => path.startsWith('/')).flatMap((path) => textOf(look, path) ?? [])
  const values = unitValues(texts, 'Service', 'Environment')
  const written = values.slice(values.lastIndexOf('') + 1).flatMap(wordsOf)
  const pairs = written.flatMap((word): readonly (readonly [string, string])[] => {
    const at = word.indexOf('=')
    return at < 1 ? [] : [[word.slice(0, at), word.slice(at + 1)]]
  })
  const files = unit.environmentFiles.flatMap((path) => [...(envValues(textOf(look, path) ?? '') ?? [])])
  return new Map([...pairs, ...files])
}

/** A command line of ExecStart as the process gets it: `$ARGS` becomes words, `${ARGS}` one word. */
export function expanded(execStart: string, env: ReadonlyMap<string, string>): readonly string[] {
  return wordsOf(execStart).flatMap((word) => {
    const split = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1]
    if (split !== undefined) return wordsOf(env.get(split) ?? '')
    return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_whole, name: string) => env.get(name) ?? '')]
  })
}

import { styleText } from 'node:util'

export type Tone = 'good' | 'change' | 'bad' | 'act' | 'ask' | 'quiet' | 'strong'
export type Paint = (tone: Tone, text: string) => string

const styles = { good: 'green', change: 'yellow', bad: 'red', act: 'magenta', ask: 'cyan', quiet: 'gray', strong: 'bold' } as const

/** The caller knows the terminal and NO_COLOR; a view is only told whether to colour. */
export function painter(colour: boolean): Paint {
  return colour ? (tone, text) => styleText(styles[tone], text, { validateStream: false }) : (_tone, text) => text
}

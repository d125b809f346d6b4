import type { StepAnswer } from '../../model/step.ts'

/** What a failed step said last, without the PEM it may have printed before. */
export function lastWords(answer: StepAnswer | undefined): string {
  const text = `${answer?.stdout ?? ''}\n${answer?.stderr ?? ''}`.replaceAll(/-----BEGIN [\s\S]*?-----END [A-Z ]+-----/g, '')
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[-.+*]+$/.test(line))
  return lines.slice(-2).join('; ') || 'no message'
}

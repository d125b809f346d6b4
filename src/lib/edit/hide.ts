import { Secret, type Text, type TextPart } from '../../model/value.ts'
import type { Setting } from './edit-path.ts'

/** The new text of a file with every secret among the settings hidden, bare or as it stands inside double quotes. */
export function hideSettings(text: string, settings: readonly Setting[]): Text {
  const secrets = settings
    .flatMap((setting) => (Array.isArray(setting) ? setting : [setting]))
    .filter((one): one is Secret => one instanceof Secret)
  const forms = [
    ...new Set(secrets.map((one) => one.reveal()).flatMap((bare) => [bare, JSON.stringify(bare).slice(1, -1), bare.replaceAll("'", "''")])),
  ]
    .filter((form) => form !== '')
    .sort((one, other) => other.length - one.length)
  if (forms.length === 0) return text
  const parts: TextPart[] = []
  let clear = 0
  for (let at = 0; at < text.length; ) {
    const form = forms.find((one) => text.startsWith(one, at))
    if (form === undefined) at += 1
    else {
      parts.push(text.slice(clear, at), { hidden: form })
      at += form.length
      clear = at
    }
  }
  return parts.length === 0 ? text : new Secret([...parts, text.slice(clear)])
}

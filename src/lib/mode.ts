/** Permission bits out of three or four octal digits, with or without a leading zero more: 644, 0644, 1777. */
export function parseMode(text: string): number | undefined {
  return /^0?[0-7]{3,4}$/.test(text) ? Number.parseInt(text, 8) & 0o7777 : undefined
}

/** As people write it in a playbook: 0644. */
export function formatMode(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`
}

import type { Value, ValueMap } from '../../model/value.ts'

/** What `register` keeps of a program, with the keys Ansible uses; line ends at the end are taken off as Ansible does it. */
export function answered(
  { cmd = null, name }: { readonly cmd: Value | undefined; readonly name: string },
  { rc, stdout, stderr }: { readonly rc: number; readonly stdout: string; readonly stderr: string },
): { readonly values: ValueMap; readonly failed: string | undefined } {
  const out = stdout.replace(/[\r\n]+$/, '')
  const err = stderr.replace(/[\r\n]+$/, '')
  const said = (err === '' ? out : err).split('\n').at(-1) ?? ''
  return {
    values: { cmd, rc, stdout: out, stderr: err, stdout_lines: linesOf(out), stderr_lines: linesOf(err) },
    failed: rc === 0 ? undefined : `${name} ended with ${rc}${said === '' ? '' : `: ${said}`}`,
  }
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/)
}

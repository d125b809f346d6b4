import type { ValueMap } from '../../model/value.ts'

/** What `register` keeps of a command, with the keys Ansible uses; line ends at the end are taken off as Ansible does it. */
export function answered(
  argv: readonly string[],
  { rc, stdout, stderr }: { readonly rc: number; readonly stdout: string; readonly stderr: string },
): { readonly values: ValueMap; readonly failed: string | undefined } {
  const out = stdout.replace(/[\r\n]+$/, '')
  const err = stderr.replace(/[\r\n]+$/, '')
  const said = (err === '' ? out : err).split('\n').at(-1) ?? ''
  return {
    values: { cmd: argv, rc, stdout: out, stderr: err, stdout_lines: linesOf(out), stderr_lines: linesOf(err) },
    failed: rc === 0 ? undefined : `${argv[0] ?? 'the command'} ended with ${rc}${said === '' ? '' : `: ${said}`}`,
  }
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/)
}

import { quoteAll } from '../lib/sh.ts'
import type { WriteStep } from '../model/step.ts'
import type { Numbered, StageStep } from '../ports/host-session.ts'

/** Whether a staged file takes the place of one that is there. */
export function replaces(step: StageStep): step is WriteStep {
  return step.kind === 'write' && step.expect !== 'absent'
}

/**
 * sh text that defines tls_like OLD: it gives the staged file that is its output the ACL and the SELinux label of the one that it will
 * replace, as an editor that writes into it would leave them; to others the file stays closed, and a link that is put in its place
 * meanwhile is none of it. `ls` shows a `+` behind the mode of a file with an ACL (GNU coreutils, "What information is listed"), and one
 * `ls` of all files tells that none has one, which is the rule. BusyBox shows no `+`; nor has its `cp` what gives an ACL alone.
 */
export function likeness(steps: readonly Numbered<StageStep>[]): readonly string[] {
  const paths = steps.flatMap(({ step }) => (replaces(step) ? [step.path] : []))
  if (paths.length === 0) return []
  return [
    `tls_acls=; case $(ls -ld -- ${quoteAll(paths)} 2>/dev/null) in *'+ '*) tls_acls=1;; esac`,
    'tls_like() {',
    '  if [ -n "$tls_acls" ]; then',
    '    tls_x=$(ls -ld -- "$1")',
    '    case ${tls_x%% *} in *+) cp --attributes-only --preserve=mode -- "$1" /proc/self/fd/1 && chmod 0600 /proc/self/fd/1 || return 1;; esac',
    '  fi',
    '  ! command -v selinuxenabled >/dev/null 2>&1 || ! selinuxenabled || chcon --reference="$1" /proc/self/fd/1',
    '}',
  ]
}

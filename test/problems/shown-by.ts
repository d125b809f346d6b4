import type { ProblemCode } from '../../src/model/problem-codes.ts'

/** A test that gives rise to a problem of a code, and looks at its message: file below test/, title. */
export type ShownBy = readonly [file: string, title: string]

/**
 * Codes that nothing but a host, a file of this machine or a run can give; what a text can get wrong is the corpus of
 * test/bad-input, which holds code, place, message and hint of each case.
 */
export const shownBy: { readonly [C in ProblemCode]?: readonly [ShownBy, ...ShownBy[]] } = {
  TAG_UNKNOWN: [['bad-input/bad-input.test.ts', 'a selected tag that no task has is a warning, as nothing is wrong with the playbook']],
  LOOP_VAR_HIDES: [['bad-input/bad-input.test.ts', 'a loop that hides the variable %s is a warning']],
  HOST_UNREACHABLE: [
    ['ssh/ssh.test.ts', 'a port that nobody listens on is unreachable'],
    ['ssh/jump.test.ts', 'the host behind the hop is not there'],
  ],
  HOST_KEY_UNKNOWN: [
    ['ssh/host-key-table.test.ts', 'known_hosts names the server: $naming'],
    ['problems/remedies.test.ts', 'HOST_KEY_UNKNOWN: the key that ssh-keyscan adds is the one that is trusted'],
  ],
  HOST_KEY_CHANGED: [
    ['ssh/host-key-table.test.ts', 'known_hosts names the server: $naming'],
    ['problems/remedies.test.ts', 'HOST_KEY_CHANGED: what ssh-keygen removes is no longer known, and nothing else is gone'],
  ],
  HOST_KEY_REVOKED: [['ssh/host-key-table.test.ts', 'known_hosts names the server: $naming']],
  AUTH_FAILED: [['ssh/auth.test.ts', 'a server that lists password and refuses it is not asked again by another name']],
  KEY_UNUSABLE: [
    ['ssh/auth.test.ts', '$case: $code'],
    ['problems/remedies.test.ts', 'KEY_UNUSABLE: the agent opens the encrypted key'],
  ],
  SHELL_REFUSED: [['ssh/login.test.ts', 'endless noise ends at the cap']],
  CONNECTION_LOST: [
    ['ssh/faults.test.ts', 'a host that falls silent while a quiet program runs is found out by keepalive, not by the deadline'],
  ],
  TIMED_OUT: [['ssh/login.test.ts', 'a server that only waits, as for sftp, runs into the deadline']],
  OUTPUT_LIMIT: [['problems/codes.test.ts', 'OUTPUT_LIMIT: a program that prints without end']],
  PROTOCOL: [['problems/codes.test.ts', 'PROTOCOL: an end of a program that is none']],
  THROTTLED: [['ssh/faults.test.ts', 'six times are enough to give up']],
  SUDO_PASSWORD: [['ssh/sudo.test.ts', '$case']],
  SUDO_REFUSED: [['ssh/sudo.test.ts', '$case']],
  NO_WATCHDOG: [['execute/transaction.test.ts', 'where nothing can stand guard, nothing is changed unless one does without']],
  ROLLED_BACK: [
    ['execute/rollback.test.ts', 'a failure takes the host back to what it was before the play, and says so'],
    ['execute/transaction.test.ts', 'tells the run that comes back, and does nothing more of it'],
  ],
  ROLLBACK_INCOMPLETE: [['execute/rollback.test.ts', 'what cannot be taken back is named, exit 6']],
  HISTORY_UNKNOWN: [['cli/hosts.test.ts', 'a run that is not kept is told of']],
  DRIFT: [['cli/hosts.test.ts', 'what changed since is named, and everything stays as it is']],
  TOOL_MISSING: [
    ['execute/run.test.ts', 'a host without a tool that is needed refuses the run before the first change, on every other host too'],
  ],
  NO_SPACE: [['fleet/preflight.test.ts', 'NO_SPACE']],
  PATH_REFUSED: [['tasks/file/file.test.ts', 'refused: $case']],
  KEY_MISMATCH: [['issuers/ca.test.ts', 'the key of another authority is found out']],
  CERTIFICATE_INVALID: [['tasks/service/service.test.ts', 'refuses: $case']],
  NAME_NOT_COVERED: [['tasks/generate/cases.test.ts', '$case: $code']],
  NOT_READABLE: [['tasks/service/service.test.ts', "a key below /home under Debian's prometheus unit is refused in words"]],
  USER_UNKNOWN: [['tasks/copy/copy.test.ts', 'refused: $case']],
  UNIT_UNKNOWN: [['tasks/config/config.test.ts', 'no unit: says what to give instead']],
  SETTING_ILLEGAL: [['tasks/service/service.test.ts', 'refuses: $case']],
  EDIT_IMPOSSIBLE: [['tasks/lineinfile/lineinfile.test.ts', 'a missing file is refused unless it may be made']],
  CA_MISSING: [
    ['issuers/ca.test.ts', 'is never replaced, and half of one is not taken for none'],
    ['problems/remedies.test.ts', 'CA_MISSING: what tlsplay ca init makes is there for the next plan'],
  ],
  ACME_REFUSED: [['issuers/acme.test.ts', '$case: refused in words']],
  CA_LOCKED: [['issuers/ca.test.ts', 'a wrong passphrase says so in the same words always, and may be tried again']],
  PLAN_NOT_SAVED: [['cli/saved-plan.test.ts', 'a plan that cannot be carried out is not kept']],
  PLAN_FILE: [['cli/saved-plan.test.ts', 'neither shown nor applied: a plan that is $what']],
  PLAN_USED: [['cli/saved-plan.test.ts', 'a plan is kept, shown as it was, applied once, and never again']],
  PLAN_DRIFT: [['cli/saved-plan.test.ts', 'a plan is refused when $what changed, and nothing is done']],
  STATE_UNUSABLE: [
    ['execute/host-lock.test.ts', 'a state folder that is not safe is told of with what to do, and nothing is done'],
    ['problems/remedies.test.ts', 'STATE_UNUSABLE: after chmod the folder is used'],
  ],
  LOCKED: [
    ['execute/host-lock.test.ts', 'who comes second is told by whom the host is held, and how to take it; nothing of it is even staged'],
    ['cli/play.test.ts', 'a host that another run has is exit 5, and what the message says to do works'],
  ],
  TASK_FAILED: [['cli/play.test.ts', 'a failed task is exit 2, with its place and its last words']],
  WRITE_FAILED: [['cli/desk.test.ts', 'says when it cannot be written']],
  SERVICE_FAILED: [
    [
      'fleet/tasks.test.ts',
      'a service that does not start with its new settings is reported failed, with its own last words, and the others go on',
    ],
  ],
  VERIFY_FAILED: [['problems/codes.test.ts', 'VERIFY_FAILED: another certificate is served than the one intended']],
  NOT_CONVERGED: [['execute/run.test.ts', 'that leaves something to change has not converged']],
  PLAN_CONTRADICTED: [['problems/codes.test.ts', 'PLAN_CONTRADICTED: the host changed between the plan and the act']],
  INTERRUPTED: [['cli/io.test.ts', 'a prompt is given up with %j and the terminal is as before']],
  OPENSSL_MISSING: [['quickstart/quickstart.test.ts', 'without openssl it says so, says what to do, and starts nothing']],
  ROLE_SOURCE: [['cli/role.test.ts', 'with $what is refused']],
  ROLE_CASE: [['roles/cases.test.ts', 'with $what is told, with what would be right']],
  ROLE_ARCHIVE: [['cli/role.test.ts', 'with $what is refused']],
}

/** What a task may say beside the key that names its type. */
export const taskKeywords: readonly string[] = [
  ...[
    'name',
    'become',
    'become_user',
    'become_method',
    'tags',
    'environment',
    'when',
    'vars',
    'loop',
    'loop_control',
    'until',
    'retries',
    'delay',
    'register',
    'notify',
    'listen',
    'changed_when',
  ],
  ...['failed_when', 'ignore_errors', 'delegate_to', 'run_once', 'no_log', 'check_mode', 'diff', 'timeout', 'any_errors_fatal', 'throttle'],
]

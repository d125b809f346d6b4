import type { AccountsFact, Answer } from '../model/fact.ts'
import { binary, unreadable, utf8, wholeNumber } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** The accounts that the host keeps itself, as its two files tell them; those of other databases are not among them. */
export const accounts = defineProbe<'accounts'>({
  kind: 'accounts',
  tools: ['cat'],
  script: (targets) => (targets.length === 0 ? '' : String.raw`cat /etc/passwd && printf '\000' && cat /etc/group && printf '\000'`),
  parse(stdout, targets) {
    const answer = accountsIn(binary(stdout).split('\0'))
    return targets.map(() => answer)
  },
})

function accountsIn([passwd, group, ...end]: readonly string[]): Answer<AccountsFact> {
  if (passwd === undefined || group === undefined || end.length !== 1 || end[0] !== '') return unreadable('/etc/passwd or /etc/group')
  return {
    users: entriesOf(passwd).flatMap(([name = '', , uid, gid, comment = '', home = '', shell = '']) => {
      const [userId, groupId] = [wholeNumber(uid), wholeNumber(gid)]
      return userId === undefined || groupId === undefined ? [] : [{ name, uid: userId, gid: groupId, comment, home, shell }]
    }),
    groups: entriesOf(group).flatMap(([name = '', , gid, members = '']) => {
      const groupId = wholeNumber(gid)
      return groupId === undefined ? [] : [{ name, gid: groupId, members: members.split(',').filter((member) => member !== '') }]
    }),
  }
}

function entriesOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':').map(utf8)]))
}

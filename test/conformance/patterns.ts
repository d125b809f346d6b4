import fc from 'fast-check'

/** Hosts and groups whose order in the groups is not that of the file, with groups in groups. */
export const patternInventory = `lone
solo
[web]
web2
web1
w3.lab
[edge]
e1
web1
[db]
db2
db1
[prod]
db1
e1
web2
[empty]
[web:children]
edge
[site:children]
db
web
[all:vars]
ansible_connection=local
`

const words = [
  ...['all', '*', 'web', 'edge', 'db', 'prod', 'site', 'ungrouped', 'lone', 'web1', 'web2', 'w3.lab', 'e1', 'db1', 'db2', 'solo'],
  ...['w*', '*1', 'web?', 'db[12]*', '[wd]*', 'w[!e]*', '*.lab', 'e*', '?b*', 'l*', 's*', '*o*', 'd?[2-3]', 'web*', '[a-e]*', 'none*'],
  ...['~web[12]', '~.*1$', '~(web|db)$', '~e', '~w.\\\\.lab', '~(lone|solo)', '~[^w]', '~.*b[12]$', '~nothing', '~prod|edge'],
  ...['web[0]', 'web[-1]', 'site[1]', 'site[-2]', 'prod[0]', 'all[0]', 'db[1]', 'w*[0]', '*[2]'],
  ...['web[0:1]', 'site[1:2]', 'site[2:]', 'all[3:9]', 'prod[1:]', 'db[0:0]', 'site[1-2]', '*[1:2]', 'ungrouped[0:]'],
].map((word) => word.replaceAll('\\\\', '\\'))

const part = fc.tuple(fc.constantFrom('', '', '', '&', '!', '!'), fc.constantFrom(...words)).map(([sign, word]) => sign + word)

/** Unions, intersections and exclusions of one to four parts, in both separators. */
export const randomPattern: fc.Arbitrary<string> = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom(',', ':', ', '))
  .map(([parts, separator]) => parts.join(separator))

/** Each word for itself, and the forms of the table of A.10. */
export const plainPatterns: readonly string[] = [
  ...words,
  ...['web:db:&prod:!db1', '!db1:&prod:db:web', 'web,db,&prod,!db1', '!db1,web,&prod,db', '!web1', '&prod', 'db1,web', 'web,db1', 'e1:db'],
]

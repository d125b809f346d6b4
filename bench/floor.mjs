// The least that a program in Node can need: ten connections at once, on each the check script, nothing else. It reads no
// playbook, asks nothing from outside and judges nothing but the exit status.  node floor.mjs FOLDER SCRIPT
import { readFile } from 'node:fs/promises'
import { NodeSSH } from 'node-ssh'

const [folder, script] = process.argv.slice(2)
const { hosts, user, privateKeyFile, hostKeys } = JSON.parse(await readFile(`${folder}/floor.json`, 'utf8'))
const [privateKey, stdin] = await Promise.all([readFile(privateKeyFile, 'utf8'), readFile(script, 'utf8')])

await Promise.all(
  hosts.map(async ({ name, port }) => {
    const ssh = new NodeSSH()
    await ssh.connect({ host: '127.0.0.1', port, username: user, privateKey, hostVerifier: (key) => key.toString('base64') === hostKeys[name] })
    const { code, stderr } = await ssh.execCommand(`sudo -n sh -s -- ${name}`, { stdin, noTrim: true })
    ssh.dispose()
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`)
  }),
)

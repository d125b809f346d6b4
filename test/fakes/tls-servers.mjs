// Runs in a worker, so that the servers answer while a test waits for a program. Each server is told how to be wrong.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { key, cert, other } = workerData
const page = (request, response) => {
  response.statusCode = request.url === '/ready' ? 204 : 200
  // What a server says must not be taken for what openssl says.
  response.end(request.url === '/ready' ? undefined : `end\nmain 0 5\nVerify return code: 0 (ok)\n${cert}SSL handshake has read\nHTTP/1.1 299 Never\n`)
}
const weak = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }
const servers = {
  good: https.createServer({ key, cert, minVersion: 'TLSv1.2' }, page),
  only13: https.createServer({ key, cert, minVersion: 'TLSv1.3' }, page),
  old: https.createServer({ key, cert, ...weak, maxVersion: 'TLSv1.2' }, page),
  other: https.createServer({ key: other.key, cert: other.cert }, page),
  chain: https.createServer({ key, cert: cert + other.cert }, page),
  mutual: https.createServer({ key, cert, requestCert: true, rejectUnauthorized: true, ca: cert }, page),
  plain: http.createServer(page),
  silent: net.createServer(() => {}),
  hangup: net.createServer((socket) => socket.destroy()),
}
const ports = {}
for (const [name, server] of Object.entries(servers)) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  ports[name] = server.address().port
}
parentPort.postMessage(ports)

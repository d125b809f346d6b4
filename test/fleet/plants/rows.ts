/** A row of the catalogue of doctor, planted on a real daemon. */
export interface Plant {
  readonly row: string
  /** what is planted */
  readonly what: string
  /** p1: Prometheus, node exporter, InfluxDB 1.6.7 of Debian; t1: InfluxDB 2.7.12 and Telegraf */
  readonly host: 'p1' | 't1'
  /** service that the finding is of */
  readonly service: string
  /** POSIX sh with the functions of lab.sh, after `reset` */
  readonly script: string
  /** argv on the controller, once the script has run; PORT stands for the port that leads to the service */
  readonly client?: readonly string[]
  /** words that the log of the service must have before doctor looks, when a client of the controller brought them */
  readonly logged?: string
}

const node = 'prometheus-node-exporter.service'
const prometheus = 'prometheus.service'
const influxdb = 'influxdb.service'
const telegraf = 'telegraf.service'

/** Every check of these words runs from another address than the loopback of the host. */
const me = '$(hostname -i | cut -d" " -f1)'
const curl = `curl -s -o /dev/null --resolve $ME:9100:${me}`

const exporter = (change: string, words: string): string => `web node; node; ${change}; logged prometheus-node-exporter '${words}'`

/** Prometheus scrapes the exporter of the same host. */
const scraped = (prepare: string, job: string, failing: string): string =>
  `${prepare}; web node; node; scrape ${job}; prom; failing '${failing}'`
const byName = `'scheme: https' 'static_configs: [{targets: ["'$ME':9100"]}]'`
const withCa = (ca: string): string => `${byName} 'tls_config: {ca_file: ${ca}}'`

const keyUsageOnly = `leaf self 2048 60 "subjectAltName=DNS:$ME,DNS:localhost" 'keyUsage=keyEncipherment,dataEncipherment' 'extendedKeyUsage=serverAuth' 'basicConstraints=CA:FALSE'; put $T prometheus`
const clientsOnly = `leaf lab ec 60 "subjectAltName=DNS:$ME" 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=clientAuth'; put $T prometheus`
const expired = `leaf lab ec -1; put $T prometheus`
const mutual = `web node '  client_auth_type: RequireAndVerifyClientCert' '  client_ca_file: /etc/prometheus/ca.crt'; node`

/** A raw client of TLS 1.2: hears the server out, and answers with a fatal alert of this number, as a client does that refuses. */
export const alertClient = (alert: number): readonly string[] => [
  'node',
  '-e',
  `const t=require('node:tls'),n=require('node:net');const s=n.connect(PORT,'127.0.0.1');let seen=false;
const d=new (require('node:stream').Duplex)({read(){},write(c,e,f){s.write(c);f()}});
const c=t.connect({socket:d,maxVersion:'TLSv1.2',rejectUnauthorized:false});c.on('error',()=>{});
s.on('data',()=>{if(seen)return;seen=true;s.end(Buffer.from([21,3,3,0,2,2,${alert}]))});s.on('close',()=>process.exit(0))`,
]

export const plants: readonly Plant[] = [
  {
    ...{ row: '1', what: 'a client in Go refuses the certificate', host: 'p1', service: node },
    script: exporter('promtool query instant https://$ME:9100 up >/dev/null 2>&1', 'remote error: tls: bad certificate'),
  },
  {
    ...{ row: '2', what: 'curl refuses the certificate over TLS 1.3', host: 'p1', service: node },
    script: exporter(`${curl} https://$ME:9100/`, 'local error: tls: bad record MAC'),
  },
  {
    ...{ row: '3', what: 'a check that only connects', host: 'p1', service: node },
    script: exporter(`bash -c "exec 3<>/dev/tcp/${me}/9100"`, ': EOF'),
  },
  {
    ...{ row: '4', what: 'a client that answers as Chrome does', host: 'p1', service: node, client: alertClient(47) },
    script: `${keyUsageOnly}; web node; node`,
    logged: 'remote error: tls: illegal parameter',
  },
  {
    ...{ row: '5', what: 'gnutls-cli on a key usage without digitalSignature', host: 'p1', service: node },
    script: `${keyUsageOnly}; web node; node`,
    client: ['gnutls-cli', '--insecure', '--port', 'PORT', '127.0.0.1'],
    logged: 'remote error: tls: internal error',
  },
  {
    ...{ row: '6', what: 'openssl over TLS 1.2 does not know the authority', host: 'p1', service: node },
    script: exporter(
      `openssl s_client -connect ${me}:9100 -tls1_2 -verify_return_error </dev/null >/dev/null 2>&1`,
      'unknown certificate authority',
    ),
  },
  {
    ...{ row: '7', what: 'openssl on a certificate for clients only', host: 'p1', service: node },
    script: `${clientsOnly}; ${exporter(`openssl s_client -connect ${me}:9100 -tls1_2 -CAfile /root/lab.crt -verify_return_error </dev/null >/dev/null 2>&1`, 'unsupported certificate')}`,
  },
  {
    ...{ row: '8', what: 'Prometheus without the authority', host: 'p1', service: prometheus },
    script: scraped(':', byName, 'signed by unknown authority'),
  },
  {
    ...{ row: '9', what: 'Prometheus with an authority that is none', host: 'p1', service: prometheus },
    script: scraped(
      `ca weak 'basicConstraints=critical,CA:FALSE' 'subjectKeyIdentifier=hash'; leaf weak ec 60; put $T prometheus; cp /root/weak.crt /etc/prometheus/ca.crt`,
      withCa('/etc/prometheus/ca.crt'),
      'cannot sign this kind of certificate',
    ),
  },
  {
    ...{ row: '10', what: 'a common name alone, as in the guides', host: 'p1', service: prometheus },
    script: scraped(
      `leaf self 2048 60 'basicConstraints=critical,CA:TRUE' 'subjectKeyIdentifier=hash'; put $T prometheus; cp /root/leaf.crt /etc/prometheus/ca.crt`,
      withCa('/etc/prometheus/ca.crt'),
      'legacy Common Name',
    ),
  },
  {
    ...{ row: '11', what: 'a name that is not in the certificate', host: 'p1', service: prometheus },
    script: scraped(
      'echo "127.0.0.1 other.test" >>/etc/hosts',
      `'scheme: https' 'static_configs: [{targets: ["other.test:9100"]}]' 'tls_config: {ca_file: /etc/prometheus/ca.crt}'`,
      'certificate is valid for',
    ),
  },
  {
    ...{ row: '12', what: 'an address, and a certificate with names only', host: 'p1', service: prometheus },
    script: scraped(
      'leaf lab ec 60 "subjectAltName=DNS:$ME" "extendedKeyUsage=serverAuth"; put $T prometheus',
      `'scheme: https' 'static_configs: [{targets: ["127.0.0.1:9100"]}]' 'tls_config: {ca_file: /etc/prometheus/ca.crt}'`,
      'any IP SANs',
    ),
  },
  {
    ...{ row: '13', what: 'an expired certificate, scraped', host: 'p1', service: prometheus },
    script: scraped(expired, withCa('/etc/prometheus/ca.crt'), 'has expired or is not yet valid'),
  },
  {
    ...{ row: '14', what: 'a certificate for clients only, scraped', host: 'p1', service: prometheus },
    script: scraped(clientsOnly, withCa('/etc/prometheus/ca.crt'), 'incompatible key usage'),
  },
  {
    ...{ row: '15', what: 'an authority that may sign other names only', host: 'p1', service: prometheus },
    script: scraped(
      `ca narrow 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign' 'subjectKeyIdentifier=hash' 'nameConstraints=critical,permitted;DNS:other.test'; leaf narrow ec 60 "subjectAltName=DNS:$ME" 'extendedKeyUsage=serverAuth'; put $T prometheus; cp /root/narrow.crt /etc/prometheus/ca.crt`,
      withCa('/etc/prometheus/ca.crt'),
      'not permitted by any constraint',
    ),
  },
  {
    ...{ row: '16', what: 'http:// against a port with TLS', host: 'p1', service: prometheus },
    script: scraped(':', `'static_configs: [{targets: ["'$ME':9100"]}]'`, '400 Bad Request'),
  },
  {
    ...{ row: '17', what: 'https:// against a port without', host: 'p1', service: prometheus },
    script: `flags node ''; again prometheus-node-exporter 9100; scrape ${withCa('/etc/prometheus/ca.crt')}; prom; failing 'HTTP response to HTTPS client'`,
  },
  {
    ...{ row: '18', what: 'the key of another pair', host: 'p1', service: influxdb },
    script: `newkey ec $I/server.key; chown influxdb $I/server.key; influx "https-private-key = \\"$I/server.key\\""; again influxdb 8086; logged influxdb 'does not match'`,
  },
  {
    ...{ row: '19', what: 'a certificate in DER form', host: 'p1', service: influxdb },
    script: `openssl x509 -in /root/good.crt -outform DER -out $I/server.crt; influx "https-private-key = \\"$I/server.key\\""; again influxdb 8086; logged influxdb 'failed to find any PEM data'`,
  },
  {
    ...{ row: '20', what: 'certificate and key exchanged', host: 'p1', service: influxdb },
    script: `mv $I/server.crt $I/x; mv $I/server.key $I/server.crt; mv $I/x $I/server.key; influx "https-private-key = \\"$I/server.key\\""; again influxdb 8086; logged influxdb 'switched'`,
  },
  {
    ...{ row: '21', what: 'no key is named, and the certificate file holds none', host: 'p1', service: influxdb },
    script: `influx; again influxdb 8086; logged influxdb 'rather than a key'`,
  },
  {
    ...{ row: '22', what: 'an encrypted key', host: 'p1', service: influxdb },
    script: `openssl pkcs8 -topk8 -in /root/good.key -out $I/server.key -passout pass:lab-only; chown influxdb $I/server.key; influx "https-private-key = \\"$I/server.key\\""; again influxdb 8086; logged influxdb 'failed to parse private key'`,
  },
  {
    ...{ row: '23', what: 'Telegraf with an encrypted key and no passphrase', host: 't1', service: telegraf },
    script: `newkey 2048 /tmp/k; openssl pkcs8 -topk8 -in /tmp/k -out /etc/telegraf/client.key -passout pass:lab-only; chown telegraf /etc/telegraf/client.key; install -m 0644 /root/good.crt /etc/telegraf/client.crt; telegraf_to https://127.0.0.1:8086 'tls_cert = "/etc/telegraf/client.crt"' 'tls_key = "/etc/telegraf/client.key"'; again telegraf; logged telegraf 'missing password'`,
  },
  {
    ...{ row: '24', what: 'a key that only root may read', host: 'p1', service: node },
    script: `chown root $T/server.key; web node; node; logged prometheus-node-exporter 'permission denied'`,
  },
  {
    ...{ row: '26', what: 'files below /home, which the unit hides', host: 'p1', service: prometheus },
    script: `leaf lab ec 60; put /home/certs prometheus; printf 'tls_server_config:\\n  cert_file: /home/certs/server.crt\\n  key_file: /home/certs/server.key\\n' >/etc/prometheus/web-prom.yml; flags prometheus --web.config.file=/etc/prometheus/web-prom.yml; prom; logged prometheus 'open /home'`,
  },
  {
    ...{ row: '29', what: 'one of the two settings alone', host: 't1', service: influxdb },
    script: `influx2 "tls-cert = \\"$I/server.crt\\""; again influxdb 8086; logged influxdb 'falling back to HTTP'`,
  },
  {
    ...{ row: '30', what: 'a certificate that is damaged inside', host: 't1', service: influxdb },
    script: `{ echo '-----BEGIN CERTIFICATE-----'; openssl x509 -in /root/good.crt -outform DER | head -c 200 | base64; echo '-----END CERTIFICATE-----'; } >$I/server.crt; influx2 "$(both)"; systemctl start --no-block influxdb; logged influxdb 'Failed to load x509 key pair'`,
  },
  {
    ...{ row: '31', what: 'min_version in the words of InfluxDB', host: 'p1', service: node },
    script: `web node '  min_version: "1.2"'; node; logged prometheus-node-exporter 'nknown TLS version'`,
  },
  {
    ...{ row: '31', what: 'tls1.3 for InfluxDB 1.6', host: 'p1', service: influxdb },
    script: `influx "https-private-key = \\"$I/server.key\\"" '[tls]' 'min-version = "tls1.3"'; again influxdb 8086; logged influxdb 'unknown tls version'`,
  },
  {
    ...{ row: '32', what: 'a suite in the words of OpenSSL', host: 'p1', service: node },
    script: `web node '  cipher_suites: [ECDHE-ECDSA-AES128-GCM-SHA256]'; node; logged prometheus-node-exporter 'nknown cipher'`,
  },
  {
    ...{ row: '33', what: 'suites for another kind of key', host: 'p1', service: node },
    script: `leaf lab 2048 60 "subjectAltName=DNS:$ME" 'keyUsage=critical,digitalSignature,keyEncipherment' 'extendedKeyUsage=serverAuth'; put $T prometheus; web node '  max_version: TLS12' '  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]'; node; ${curl} --cacert /root/lab.crt https://$ME:9100/; logged prometheus-node-exporter 'no cipher suite supported'`,
  },
  {
    ...{ row: '34', what: 'a client of TLS 1.1', host: 'p1', service: node },
    script: exporter(
      `openssl s_client -connect ${me}:9100 -tls1_1 -cipher DEFAULT:@SECLEVEL=0 </dev/null >/dev/null 2>&1`,
      'unsupported versions',
    ),
  },
  {
    ...{ row: '35', what: 'a client with X25519 alone', host: 't1', service: influxdb },
    script: `influx2 "$(both)"; again influxdb 8086; openssl s_client -connect ${me}:8086 -groups X25519 </dev/null >/dev/null 2>&1; logged influxdb 'supported by both client and server'`,
  },
  {
    ...{ row: '36', what: 'an Ed25519 key, and a client that does not know it', host: 'p1', service: node },
    script: `leaf lab ed 60; put $T prometheus; ${exporter(`openssl s_client -connect ${me}:9100 -sigalgs ECDSA+SHA256:RSA+SHA256:RSA-PSS+SHA256 </dev/null >/dev/null 2>&1`, 'signature algorithms')}`,
  },
  {
    ...{ row: '37', what: 'a client without a certificate', host: 'p1', service: node },
    script: `${mutual}; ${curl} --cacert /root/lab.crt https://$ME:9100/; logged prometheus-node-exporter 'provide a certificate'`,
  },
  {
    ...{ row: '38', what: 'a client with a certificate of another authority', host: 'p1', service: node },
    script: `cp /root/good.crt /root/keep.crt; ca other; leaf other ec 60 'extendedKeyUsage=clientAuth'; ${mutual}; ${curl} --cacert /root/lab.crt --cert /root/leaf.crt --key /root/leaf.key https://$ME:9100/; logged prometheus-node-exporter 'signed by unknown authority'`,
  },
  {
    ...{ row: '40', what: 'an authority that nobody knows', host: 'p1', service: node },
    script: 'web node; node',
  },
  {
    ...{ row: '41', what: 'a self-signed certificate that nobody was given', host: 'p1', service: node },
    script: 'leaf self ec 60; put $T prometheus; web node; node',
  },
  {
    ...{ row: '42', what: 'names of somewhere else', host: 'p1', service: node },
    script: `leaf lab ec 60 'subjectAltName=DNS:other.test' 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth'; put $T prometheus; web node; node`,
  },
  { ...{ row: '43', what: 'an expired certificate', host: 'p1', service: node }, script: `${expired}; web node; node` },
  { ...{ row: '44', what: 'a certificate for clients only', host: 'p1', service: node }, script: `${clientsOnly}; web node; node` },
  {
    ...{ row: '45', what: 'an RSA key of 1024 bits', host: 'p1', service: node },
    script: `leaf lab 1024 60 "subjectAltName=DNS:$ME" 'keyUsage=critical,digitalSignature,keyEncipherment' 'extendedKeyUsage=serverAuth'; put $T prometheus; web node; node`,
  },
  {
    ...{ row: '46', what: 'a key that does not exist, written into the web config of a running exporter', host: 'p1', service: node },
    script: exporter(`echo '  nonsense: 1' >>/etc/prometheus/web-node.yml; ${curl} https://$ME:9100/`, 'nonsense'),
  },
  {
    ...{ row: '47', what: 'no key_file', host: 'p1', service: node },
    script: `web node; sed -i /key_file/d /etc/prometheus/web-node.yml; node; logged prometheus-node-exporter 'key_file'`,
  },
  {
    ...{ row: '48', what: 'a ca_file that is missing', host: 'p1', service: prometheus },
    script: `web node; node; scrape ${withCa('/etc/prometheus/gone.crt')}; prom; logged prometheus 'specified CA cert'`,
  },
  {
    ...{ row: '49', what: 'Telegraf writes to a port that hangs up', host: 't1', service: telegraf },
    script: `printf '[Socket]\\nListenStream=8999\\nAccept=yes\\n' >/run/systemd/system/hangup.socket; printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/system/hangup@.service; systemctl daemon-reload; systemctl start hangup.socket; telegraf_to https://127.0.0.1:8999; again telegraf; logged telegraf 'When writing to'`,
  },
  {
    ...{ row: '50', what: 'tls_ca leads nowhere', host: 't1', service: telegraf },
    script: `telegraf_to https://127.0.0.1:8086 'tls_ca = "/etc/telegraf/gone.crt"'; again telegraf; logged telegraf 'gone.crt'`,
  },
  {
    ...{ row: '51', what: 'a key usage that browsers refuse', host: 'p1', service: node },
    script: `leaf lab 2048 60 "subjectAltName=DNS:$ME" 'keyUsage=keyEncipherment,dataEncipherment' 'extendedKeyUsage=serverAuth'; put $T prometheus; web node; node; scrape ${withCa('/etc/prometheus/ca.crt')}; prom; until curl -s http://127.0.0.1:9090/api/v1/targets | grep -q '"health":"up"'; do sleep 0.2; done`,
  },
  {
    ...{ row: '52', what: 'a service that was stopped', host: 'p1', service: node },
    script: `web node; node; systemctl enable -q prometheus-node-exporter; systemctl stop prometheus-node-exporter`,
  },
  {
    ...{ row: '52', what: 'a port that somebody else has', host: 'p1', service: influxdb },
    script: `printf '[Socket]\\nListenStream=8086\\nAccept=yes\\n' >/run/systemd/system/squat.socket; printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/system/squat@.service; systemctl daemon-reload; systemctl start squat.socket; influx "https-private-key = \\"$I/server.key\\""; again influxdb; logged influxdb 'address already in use'`,
  },
]

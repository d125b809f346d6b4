# Sourced as root on a host of the fleet: makes certificates, gives services TLS, and puts everything back.
set -u
T=/etc/prometheus/tls
I=/etc/influxdb/tls
ME=$(hostname)

# config EXTENSION... -> extensions of a certificate
ext() { printf '[e]\n' >/tmp/e.cnf; for one do printf '%s\n' "$one" >>/tmp/e.cnf; done; }
# key TYPE FILE
newkey() {
  case $1 in
    ec) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" 2>/dev/null ;;
    ed) openssl genpkey -algorithm ED25519 -out "$2" 2>/dev/null ;;
    *) openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" -out "$2" 2>/dev/null ;;
  esac
}
# ca NAME EXTENSION...: /root/NAME.crt and .key
ca() {
  n=$1; shift
  newkey ec "/root/$n.key"
  [ $# != 0 ] || set -- 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash'
  ext "$@"
  openssl req -new -key "/root/$n.key" -subj "/CN=$n" -out /tmp/r.csr
  openssl x509 -req -in /tmp/r.csr -signkey "/root/$n.key" -days 90 -extfile /tmp/e.cnf -extensions e -out "/root/$n.crt" 2>/dev/null
}
# leaf CA KEYTYPE DAYS EXTENSION...: /root/leaf.crt and .key; CA `self`: by itself
leaf() {
  by=$1 type=$2 days=$3; shift 3
  [ $# != 0 ] || set -- "subjectAltName=DNS:$ME,DNS:localhost,IP:127.0.0.1" 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' 'basicConstraints=critical,CA:FALSE'
  newkey "$type" /root/leaf.key
  ext "$@"
  openssl req -new -key /root/leaf.key -subj "/CN=$ME" -out /tmp/r.csr
  if [ "$by" = self ]; then set -- -signkey /root/leaf.key; else set -- -CA "/root/$by.crt" -CAkey "/root/$by.key" -CAcreateserial; fi
  openssl x509 -req -in /tmp/r.csr "$@" -days "$days" -extfile /tmp/e.cnf -extensions e -out /root/leaf.crt 2>/dev/null
}
# put FOLDER OWNER: the leaf where a service finds it
put() {
  install -d -m 0755 "$1"
  install -o "$2" -m 0644 /root/leaf.crt "$1/server.crt"
  install -o "$2" -m 0400 /root/leaf.key "$1/server.key"
}
web() { # NAME LINE...: a web config
  n=$1; shift
  { echo tls_server_config:; echo "  cert_file: $T/server.crt"; echo "  key_file: $T/server.key"; for one do echo "$one"; done; } >"/etc/prometheus/web-$n.yml"
}
flags() { # node|prometheus WORDS
  case $1 in node) f=prometheus-node-exporter ;; *) f=prometheus ;; esac
  printf 'ARGS="%s"\n' "$2" >"/etc/default/$f"
}
scrape() { # LINE...: the only job of Prometheus
  { printf 'global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: lab\n'; for one do echo "  $one"; done; } >/etc/prometheus/prometheus.yml
}
influx() { # LINE...: [http] of influxdb.conf
  { printf '[meta]\ndir = "/var/lib/influxdb/meta"\n[data]\ndir = "/var/lib/influxdb/data"\nwal-dir = "/var/lib/influxdb/wal"\n[http]\nhttps-enabled = true\nhttps-certificate = "%s"\n' "$I/server.crt"; for one do echo "$one"; done; } >/etc/influxdb/influxdb.conf
}
listens() { grep -q ":$(printf '%04X' "$1") [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6; }
# again UNIT PORT: starts it anew, and waits until it listens or has ended and said why
again() {
  systemctl stop "$1" 2>/dev/null; systemctl reset-failed "$1" 2>/dev/null
  systemctl start --no-block "$1"
  n=0
  while [ $n -lt 150 ]; do
    n=$((n + 1)); sleep 0.1
    if [ -n "${2:-}" ] && listens "$2"; then return; fi
    case $(systemctl show -p ActiveState --value "$1") in
      failed) return ;;
      active) [ -n "${2:-}" ] || return 0 ;;
      activating) [ "$(systemctl show -p NRestarts --value "$1")" = 0 ] || return 0 ;;
    esac
  done
}
# logged UNIT WORDS: waits until the journal has them
logged() {
  n=0
  until journalctl -q --no-pager -o cat -n 400 -u "$1" | grep -q -- "$2"; do
    n=$((n + 1)); [ $n -lt 100 ] || { echo "not in the log of $1: $2"; journalctl -q --no-pager -o cat -n 20 -u "$1"; exit 1; }
    sleep 0.1
  done
}
# failing WORDS: waits until a target of Prometheus fails so
failing() {
  n=0
  until curl -s "http://127.0.0.1:9090/api/v1/targets?state=active" | grep -q -- "$1"; do
    n=$((n + 1)); [ $n -lt 100 ] || { curl -s "http://127.0.0.1:9090/api/v1/targets?state=active"; exit 1; }
    sleep 0.1
  done
}
# reset: as Debian ships it, with a good leaf of the authority `lab` in place, and no service on
reset() {
  for u in prometheus prometheus-node-exporter influxdb telegraf; do
    systemctl disable -q --now "$u" 2>/dev/null; systemctl reset-failed "$u" 2>/dev/null
  done
  for u in squat.socket hangup.socket; do systemctl stop -q "$u" 2>/dev/null; done
  rm -rf "$T" "$I" /etc/prometheus/web-*.yml /etc/prometheus/ca.crt /etc/telegraf/ca.crt /etc/telegraf/client.* /home/certs
  if [ -d /etc/prometheus ]; then
    flags node ''; flags prometheus ''
    printf 'scrape_configs: []\n' >/etc/prometheus/prometheus.yml
    put_good prometheus "$T"
    cp /root/lab.crt /etc/prometheus/ca.crt
  fi
  id influxdb >/dev/null 2>&1 && put_good influxdb "$I"
  rm -f /etc/default/influxdb
}
put_good() { [ -f /root/good.crt ] || { ca lab; leaf lab ec 60; cp /root/leaf.crt /root/good.crt; cp /root/leaf.key /root/good.key; }
  cp /root/good.crt /root/leaf.crt; cp /root/good.key /root/leaf.key; put "$2" "$1"; }
# influx2 LINE...: config.toml
influx2() {
  { printf 'bolt-path = "/var/lib/influxdb/influxd.bolt"\nengine-path = "/var/lib/influxdb/engine"\n'; for one do echo "$one"; done; } >/etc/influxdb/config.toml
}
both() { echo "tls-cert = \"$I/server.crt\""; echo "tls-key = \"$I/server.key\""; }
# telegraf URL LINE...: writes to InfluxDB there
telegraf_to() {
  u=$1; shift
  { printf '[agent]\n  interval = "1s"\n  flush_interval = "1s"\n[[inputs.internal]]\n[[outputs.influxdb_v2]]\n  urls = ["%s"]\n  token = "t"\n  organization = "lab"\n  bucket = "metrics"\n' "$u"; for one do echo "  $one"; done; } >/etc/telegraf/telegraf.conf
}
node() { flags node "--web.config.file=/etc/prometheus/web-node.yml"; again prometheus-node-exporter 9100; }
prom() { again prometheus 9090; }

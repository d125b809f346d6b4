# Turns TLS on for a node exporter by hand; check.sh follows in the same shell. Root runs it on the host:
#   cat stable.sh apply.sh check.sh | ssh HOST sudo -n sh -s -- NAME
# Key and certificate lie in a folder of their own, so that a later pair can take over by one rename of web.yml; flush is set by guard.sh.
# stable.sh is the text that src/services/stable.ts exports, so both sides wait for a stable service in the same way.
set -e
umask 077
tls=/etc/prometheus/tls
pair=$tls/pair-1
new=$tls/.new
install -d -o root -g prometheus -m 0750 "$tls" "$pair"
mkdir "$new"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -keyout "$new/server.key" -out "$new/server.crt" -config /dev/stdin 2> /dev/null <<END
[req]
prompt = no
default_md = sha256
distinguished_name = subject
x509_extensions = profile
[subject]
CN = $1
[profile]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:$1
END
cat > "$new/web.yml" <<'END'
tls_server_config:
  cert_file: /etc/prometheus/tls/pair-1/server.crt
  key_file: /etc/prometheus/tls/pair-1/server.key
  min_version: TLS12
END
chown prometheus:prometheus "$new/server.crt" "$new/server.key"
chown root:prometheus "$new/web.yml"
chmod 0400 "$new/server.key"
chmod 0644 "$new/server.crt"
chmod 0640 "$new/web.yml"
${flush:-:} "$new"/*
mv -f "$new/server.crt" "$new/server.key" "$pair/"
ln -s pair-1/server.crt pair-1/server.key "$tls/"
mv -f "$new/web.yml" /etc/prometheus/web.yml
rmdir "$new"
sed -i 's|^ARGS="\(.*\)"|ARGS="\1--web.config.file=/etc/prometheus/web.yml"|' /etc/default/prometheus-node-exporter
tls_show prometheus-node-exporter.service
old=$tls_run
systemctl restart --no-block prometheus-node-exporter.service
set +e
tls_wait_unit prometheus-node-exporter.service "$old" 1000 30 9100 || { echo "$1: $tls_why" >&2; exit 1; }

# What an administrator asks a node exporter by hand to be sure that its TLS is right and stays right. Root runs it on the
# host:  ssh HOST sudo -n sh -s -- NAME < check.sh
# Prints the certificate, for the look from outside, and ends with 1 when anything is wrong. As few processes as the
# questions allow: stat once for all files, openssl once for each of certificate, key and listener, systemctl once.
name=$1
tls=/etc/prometheus/tls
web=/etc/prometheus/web.yml
settings=/etc/default/prometheus-node-exporter
status=0
bad() { echo "$name: $1" >&2; status=1; }

# Owner, group and mode of everything, and when what is read at start was last changed.
found=0 changed=0
while read -r mode owner time path; do
  case "$mode $owner $path" in
    "drwxr-xr-x root:root /etc/prometheus" | "drwxr-x--- root:prometheus $tls") found=$((found + 1)) ;;
    "drwxr-x--- root:prometheus $tls/pair-1" | "lrwxrwxrwx root:root $tls/server.crt" | "lrwxrwxrwx root:root $tls/server.key") found=$((found + 1)) ;;
    "-rw-r--r-- prometheus:prometheus $tls/pair-1/server.crt" | "-r-------- prometheus:prometheus $tls/pair-1/server.key") found=$((found + 1)) ;;
    "-rw-r----- root:prometheus $web" | "-rw-r--r-- root:root $settings") found=$((found + 1)); [ "$time" -le "$changed" ] || changed=$time ;;
    *) bad "$path is $mode $owner" ;;
  esac
done <<END
$(stat -c '%A %U:%G %Y %n' /etc/prometheus "$tls" "$tls/pair-1" "$tls/server.crt" "$tls/server.key" "$tls/pair-1/server.crt" "$tls/pair-1/server.key" "$web" "$settings")
END
[ $found = 9 ] || bad "$found of 9 files are as they must be"

# The text of a file, read by the shell itself: these files have few lines, not worth a process.
text() {
  held=
  while IFS= read -r line; do held="$held$line
"; done < "$1"
}

# The settings.
text "$web"
[ "$held" = "tls_server_config:
  cert_file: $tls/pair-1/server.crt
  key_file: $tls/pair-1/server.key
  min_version: TLS12
" ] || bad "$web differs"
ARGS=
. "$settings"
case " $ARGS " in *" --web.config.file=$web "*) ;; *) bad "ARGS is $ARGS" ;; esac

# The certificate: valid for 30 more days, for this name, with the right extensions, and the key belongs to it.
text "$tls/server.crt"
pem=$held
shown=$(openssl x509 -in "$tls/server.crt" -noout -checkend 2592000 -pubkey -subject -issuer -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName,subjectKeyIdentifier,authorityKeyIdentifier) || bad 'the certificate cannot be read or ends within 30 days'
case $shown in *"subject=CN = $name
issuer=CN = $name
"*) ;; *) bad 'subject or issuer differ' ;; esac
for part in 'Basic Constraints: critical
    CA:FALSE
' 'Key Usage: critical
    Digital Signature
' 'Extended Key Usage: 
    TLS Web Server Authentication
' "Subject Alternative Name: 
    DNS:$name
" 'Subject Key Identifier: ' 'Authority Key Identifier: '; do
  case $shown in *"$part"*) ;; *) bad "the certificate lacks ${part%%:*}" ;; esac
done
key=$(openssl pkey -in "$tls/server.key" -pubout) || bad 'the key cannot be read'
case $shown in *"$key"*) ;; *) bad 'the key does not belong to the certificate' ;; esac

# The unit: it runs, starts with the host, and is no older than what it read at start.
ActiveState= SubState= UnitFileState= ExecMainStartTimestamp=
while IFS='=' read -r word value; do
  case $word in
    ActiveState | SubState | UnitFileState) eval "$word=\$value" ;;
    ExecMainStartTimestamp) ExecMainStartTimestamp=${value#@} ;;
  esac
done <<END
$(systemctl show --timestamp=unix -p ActiveState,SubState,UnitFileState,ExecMainStartTimestamp,User prometheus-node-exporter)
END
[ "$ActiveState $SubState $UnitFileState" = 'active running enabled' ] || bad "the unit is $ActiveState ($SubState), $UnitFileState"
[ "${ExecMainStartTimestamp:-0}" -ge "$changed" ] || bad 'the process is older than its settings'

# What it serves is the certificate of the file, clients trust it, and it answers a request.
served=$(printf 'GET /metrics HTTP/1.0\r\nHost: %s\r\n\r\n' "$name" | timeout 5 openssl s_client -connect 127.0.0.1:9100 -servername "$name" -CAfile "$tls/server.crt" -verify_return_error -verify_hostname "$name" -ign_eof 2>&1)
case $served in *"$pem"*) ;; *) bad 'another certificate is served' ;; esac
case $served in *'Verify return code: 0 (ok)'*) ;; *) bad 'clients do not trust it' ;; esac
case $served in *'HTTP/1.0 200 OK'*) ;; *) bad 'GET /metrics is not answered with 200' ;; esac

printf %s "$pem"
exit $status

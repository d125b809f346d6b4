# Stands before apply.sh where the change is made as carefully as tlsplay makes it: one at a time, what was there kept, new
# files on the disk before they are put in place, and a timer of systemd that puts all back after a minute unless it went well.
# Root runs it on the host:  cat guard.sh stable.sh apply.sh check.sh | ssh HOST sudo -n sh -s -- NAME
umask 077
flush=sync
kept=/var/lib/by-hand
[ -d "$kept" ] || mkdir -m 0700 "$kept"
exec 9>> "$kept/lock"
flock -n 9 || { echo "$1: somebody else is at work" >&2; exit 1; }
cp -p /etc/default/prometheus-node-exporter "$kept/settings"
cat > "$kept/undo" <<'END'
mv -f /var/lib/by-hand/settings /etc/default/prometheus-node-exporter
rm -rf /etc/prometheus/tls /etc/prometheus/web.yml
systemctl restart prometheus-node-exporter.service
END
systemd-run --quiet --collect --unit=by-hand-undo --on-active=60 /bin/sh "$kept/undo" 9>&- || exit 1
trap 'status=$?
if [ $status = 0 ]; then
  systemctl stop by-hand-undo.timer
  sha256sum /etc/prometheus/tls/pair-1/server.key /etc/prometheus/tls/pair-1/server.crt /etc/prometheus/web.yml /etc/default/prometheus-node-exporter > "$kept/after"
  sync "$kept/after"
fi
exit $status' EXIT

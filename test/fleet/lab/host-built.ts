/** Where the controller's cache of built programs is seen inside a host. */
export const builtFolder = '/opt/lab'

// The packages influxdb (1.x) and influxdb2 exclude each other upstream as well.
const withoutDebian = `dpkg --purge --force-depends influxdb influxdb-client > /dev/null
rm -rf /etc/influxdb /var/lib/influxdb /etc/default/influxdb
id influxdb > /dev/null 2>&1 && userdel influxdb
getent group influxdb > /dev/null && groupdel influxdb
useradd --system --user-group --home-dir /var/lib/influxdb --no-create-home --shell /bin/false influxdb
install -d -m 0750 -o influxdb -g influxdb /var/lib/influxdb`

/**
 * InfluxDB 2.x with the layout of the package influxdb2 2.7 (reference: TLS facts 2.2, read in its sources): unit influxdb.service
 * of type forking with a start script that waits for /ready for ever, no time limit, settings named by /etc/default/influxdb2.
 */
export const upstreamInflux = `${withoutDebian}
cp ${builtFolder}/influxd /usr/bin/influxd
install -d /etc/influxdb /usr/lib/influxdb/scripts
printf '%s\\n' 'INFLUXD_CONFIG_PATH=/etc/influxdb/config.toml' > /etc/default/influxdb2
cat > /etc/influxdb/config.toml <<'CONFIG'
bolt-path = "/var/lib/influxdb/influxd.bolt"
engine-path = "/var/lib/influxdb/engine"
CONFIG
cat > /usr/lib/influxdb/scripts/influxd-systemd-start.sh <<'START'
#!/bin/bash
/usr/bin/influxd & pid=$!
echo "$pid" > /var/lib/influxdb/influxd.pid
scheme=http
[ -z "$(/usr/bin/influxd print-config --key-name tls-cert 2>/dev/null | tr -d '"[:space:]')" ] || scheme=https
attempt=0
until [ "$(curl -k -s -o /dev/null -w '%{http_code}' "$scheme://localhost:8086/ready")" = 200 ]; do
  attempt=$((attempt + 1))
  echo "no answer from $scheme://localhost:8086/ready after $attempt attempts"
  sleep 1
done
START
chmod 0755 /usr/lib/influxdb/scripts/influxd-systemd-start.sh
cat > /lib/systemd/system/influxdb.service <<'UNIT'
[Unit]
Description=InfluxDB 2
After=network-online.target

[Service]
User=influxdb
Group=influxdb
LimitNOFILE=65536
EnvironmentFile=-/etc/default/influxdb2
ExecStart=/usr/lib/influxdb/scripts/influxd-systemd-start.sh
PIDFile=/var/lib/influxdb/influxd.pid
Type=forking
KillMode=control-group
Restart=on-failure
StateDirectory=influxdb
StateDirectoryMode=0750
UMask=0027
TimeoutStartSec=0

[Install]
WantedBy=multi-user.target
UNIT`

/** No unit, no settings: the program alone, and a log file that its user may write. */
export const bareInflux = `${withoutDebian}
cp ${builtFolder}/influxd /usr/local/bin/influxd
install -o influxdb -g influxdb -m 0644 /dev/null /var/log/influxdb.log`

/** Telegraf with the layout of its package: type notify, reload by SIGHUP, a folder of further settings, options from /etc/default. */
export const upstreamTelegraf = `useradd --system --user-group --home-dir /etc/telegraf --no-create-home --shell /bin/false telegraf
cp ${builtFolder}/telegraf /usr/bin/telegraf
install -d /etc/telegraf/telegraf.d
: > /etc/default/telegraf
cat > /etc/telegraf/telegraf.conf <<'CONFIG'
[agent]
  interval = "1s"
  flush_interval = "1s"
  omit_hostname = false

[[inputs.internal]]

[[outputs.file]]
  files = ["/dev/null"]
CONFIG
cat > /lib/systemd/system/telegraf.service <<'UNIT'
[Unit]
Description=Telegraf
After=network-online.target

[Service]
Type=notify
NotifyAccess=all
EnvironmentFile=-/etc/default/telegraf
User=telegraf
ExecStart=/usr/bin/telegraf -config /etc/telegraf/telegraf.conf -config-directory /etc/telegraf/telegraf.d $TELEGRAF_OPTS
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartForceExitStatus=SIGPIPE
KillMode=mixed
TimeoutStopSec=5

[Install]
WantedBy=multi-user.target
UNIT`

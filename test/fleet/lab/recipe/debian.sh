#!/bin/sh
# Turns a root filesystem with the packages of debian.packages into the image of a lab host. Runs inside it, as root,
# before any init: in mmdebstrap's hook, or in the Dockerfile. What differs from host to host is done at its start (host-start.ts).
set -eu

# Which service a host runs is chosen at its start; Debian's packages enable theirs when they are installed.
wants=/etc/systemd/system/multi-user.target.wants
rm -f "$wants/prometheus.service" "$wants/prometheus-node-exporter.service" "$wants/influxdb.service"

# A timer that fires during a test changes files that nobody touched.
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim systemd-tmpfiles-clean certbot; do
  ln -sf /dev/null "/etc/systemd/system/$timer.timer"
done
# No such devices in a container: left alone they are mounted or fail.
for unit in dev-hugepages.mount sys-fs-fuse-connections.mount systemd-pstore.service getty@tty1.service; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done

# Each host makes its own identity, as real ones do: with keys from the image every host would pass for every other.
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
: > /etc/machine-id

# The official image forbids packages to start their services (docker-library's debian); a real host does not.
rm -f /usr/sbin/policy-rc.d

# mmdebstrap copies these from the machine that builds; Docker mounts its own over them.
: > /etc/hostname
: > /etc/resolv.conf

# The three people of the lab: sudo without a password, sudo with one, no sudo. Keys and the password come at start.
for user in ops opspw nosudo; do
  useradd --create-home --shell /bin/bash "$user"
  install -d -m 0700 -o "$user" -g "$user" "/home/$user/.ssh"
done
echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops
echo 'opspw ALL=(ALL:ALL) ALL' > /etc/sudoers.d/opspw
chmod 0440 /etc/sudoers.d/ops /etc/sudoers.d/opspw

#!/bin/sh
# busybox.sh DONOR TARGET: takes BusyBox, dropbear and openssl out of the Debian under DONOR (unpacked is enough, nothing in
# it is run but the loader) and makes of them an Alpine-like root in the empty folder TARGET: every tool is BusyBox, no GNU tools,
# no bash, no init, no sudo. Debian's own tools would hide what a POSIX shell with BusyBox cannot do.
set -eu
donor=${1%/}
target=$2

mkdir -p "$target"
cd "$target"
mkdir -p bin sbin usr/bin usr/sbin etc/dropbear etc/ssl root/.ssh dev proc sys run tmp var/log var/run
chmod 1777 tmp
chmod 0700 root root/.ssh

# The loader lists what each program needs; ldd itself is a bash script and is not there in an unpacked donor.
loader=$(cd "$donor/" && ls -d lib*/ld-linux*.so.* | head -n 1)
mkdir -p "$(dirname "$loader")"
cp -L "$donor/$loader" "$loader"
take() {
  cp -L "$donor/$1" "$1"
  for library in $(chroot "$donor/" "/$loader" --list "/$1" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p'); do
    mkdir -p ".$(dirname "$library")"
    cp -L "$donor$library" ".$library"
  done
}

# The package busybox and not busybox-static: the static one's shell runs its own applets before looking at PATH
# (FEATURE_SH_STANDALONE), where Alpine's does not, so `command -v dpkg` would find a dpkg that nobody installed.
for program in bin/busybox usr/sbin/dropbear usr/bin/dropbearkey usr/bin/openssl; do take "$program"; done
chroot "$target" /bin/busybox --install -s
# What would make it a system with an init.
rm -f sbin/init usr/sbin/init bin/init linuxrc

# su and passwd: Alpine has them from a second, setuid BusyBox, /bin/bbsuid. Debian's busybox leaves them out and its
# busybox-static, which has them, cannot be installed beside it: unpacked by hand. (In mmdebstrap's hook apt is the one outside.)
unpacked=$(mktemp -d)
( cd "$unpacked"
  chmod 0755 .
  if [ -n "${MMDEBSTRAP_APT_CONFIG-}" ]; then export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; fi
  apt-get download -qq busybox-static
  dpkg-deb -x busybox-static_*.deb . )
cp "$unpacked/bin/busybox" bin/bbsuid
rm -rf "$unpacked"
chmod 4755 bin/bbsuid
ln -s /bin/bbsuid bin/su
ln -s /bin/bbsuid usr/bin/passwd

# Debian's openssl looks for its configuration here (OPENSSLDIR); `openssl req` warns or fails without it.
mkdir -p usr/lib/ssl etc/ssl/certs etc/ssl/private
cp -L "$donor/etc/ssl/openssl.cnf" etc/ssl/openssl.cnf
ln -s /etc/ssl/openssl.cnf usr/lib/ssl/openssl.cnf
ln -s /etc/ssl/certs usr/lib/ssl/certs

echo 'root:*:0:0:root:/root:/bin/sh' > etc/passwd
echo 'nobody:*:65534:65534:nobody:/:/bin/false' >> etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' > etc/group
# dropbear lets in only users whose shell stands here.
echo /bin/sh > etc/shells

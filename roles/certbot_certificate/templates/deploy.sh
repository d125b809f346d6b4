#!/bin/sh
# Managed by tlsplay. certbot runs it after each renewal: the new pair goes to its service, as the user of the service reads it.
set -eu
[ "${RENEWED_LINEAGE:-}" = {{ quote (concat '/etc/letsencrypt/live/' (first names)) }} ] || exit 0
umask 077

# Written beside its target and renamed: a service finds the old file or the new one, never a part of one.
put() {
  cat -- "$RENEWED_LINEAGE/$1" > "$2.tlsplay-new"
  chown {{ quote (concat owner ':' group) }} "$2.tlsplay-new"
  chmod "$3" "$2.tlsplay-new"
  mv -f -- "$2.tlsplay-new" "$2"
}
put privkey.pem {{ quote private_key }} 0400
put fullchain.pem {{ quote certificate }} 0644
{{ after_renewal }}

#!/bin/sh
# All hosts at once by hand:  fleet.sh FOLDER SCRIPT
# FOLDER/ssh_config has every host, FOLDER/hosts a line `NAME PORT` for each: its exporter as seen from here. SCRIPT runs as
# root on each host and prints the certificate that is in its file; then the exporter is asked from this machine too, by one
# curl for all three questions. Ends with 1 when a host failed.
folder=$1
script=$2

one() {
  pem=$(ssh -F "$folder/ssh_config" "$1" sudo -n sh -s -- "$1" < "$script") || { echo "$1: not as it must be" >&2; return 1; }
  printf '%s\n' "$pem" > "$folder/$1.pem"
  # The certificate served and a page for a client that trusts it; plain HTTP; a client that speaks nothing above TLS 1.1.
  seen=$(
    curl -qs -m 5 --noproxy '*' --cacert "$folder/$1.pem" --connect-to "$1:9100:127.0.0.1:$2" -o /dev/null -w '%{exitcode} %{http_code}\n%{certs}' "https://$1:9100/metrics" \
      --next -qs -m 5 --noproxy '*' -o /dev/null -w '\nplain %{http_code}\n' "http://127.0.0.1:$2/" \
      --next -qs -m 5 --noproxy '*' --cacert "$folder/$1.pem" --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 -o /dev/null -w 'old %{exitcode}\n' "https://127.0.0.1:$2/"
  )
  case $seen in '0 200
'*"$pem"*'
plain 400
old 35') ;;
    *) echo "$1: seen from outside: $seen" >&2; return 1 ;;
  esac
}

jobs=
while read -r name port; do
  one "$name" "$port" < /dev/null &
  jobs="$jobs $!"
done < "$folder/hosts"
status=0
for job in $jobs; do wait "$job" || status=1; done
exit $status

#!/bin/sh -e
printf "%s for %s\n" "$(id -un)" "$1" >"$2"
cat

#!/bin/bash
# Runs a command with the programs of Debian 12, whatever else this machine has, and with mounts that etc.sh makes and that
# end with it. Every step is an exec: the command has this process's id.
# usage: in-host.sh COMMAND [ARGUMENT..]
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
[ $# -ge 1 ] || { sed -n 4p "$0" >&2; exit 2; }
exec unshare -m --propagation private env PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -euc '
eval "$1"; shift
exec "$@"' sh "$(cat "$here/etc.sh")" "$@"

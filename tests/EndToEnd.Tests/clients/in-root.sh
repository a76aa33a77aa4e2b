#!/bin/bash
# Runs a command in a root that setup.sh made: with mounts of its own that end with it, the machine's network, $WORK at
# the same path, and one /run for all commands of a root. Every step is an exec: the command has this process's id.
# usage: in-root.sh trixie|sid COMMAND [ARGUMENT..]
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
[ $# -ge 2 ] || { sed -n 4p "$0" >&2; exit 2; }
root=$WORK/root-$1 run=$WORK/run-$1
shift
[ -e "$root/.ready" ] || { echo "in-root.sh: $root is not there or not whole; run setup.sh" >&2; exit 1; }
mkdir -p "$run"
exec unshare -m --propagation private bash -euc '
root=$1; run=$2; etc=$3; shift 3
mount --bind "$root" "$root"
mkdir -p "$root/.old" "$root$WORK"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount --bind "$WORK" "$root$WORK"
mount --bind "$run" "$root/run"
cd "$root"
pivot_root . .old
umount -l /.old
cd /
eval "$etc"
exec "$@"' sh "$root" "$run" "$(cat "$here/etc.sh")" "$@"

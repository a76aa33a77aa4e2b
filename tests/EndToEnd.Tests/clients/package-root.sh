#!/bin/bash
# A fresh root for Debian packages: the root "trixie" of setup.sh, and over it a folder that takes every change.
# usage: package-root.sh start | run COMMAND.. | service UNIT | changes | stop
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
[ $# -ge 1 ] || { sed -n 3p "$0" >&2; exit 2; }
home=$WORK/package-root root=$WORK/package-root/root what=$1
shift
stop() {
  ! mountpoint -q "$root/proc" || umount "$root/proc"
  ! mountpoint -q "$root" || umount "$root"
  rm -rf --one-file-system "$home"
}
case $what in
start)
  stop
  mkdir -p "$root" "$home/changes" "$home/work"
  mount -t overlay overlay -o "lowerdir=$WORK/root-trixie,upperdir=$home/changes,workdir=$home/work" "$root"
  mount -t proc proc "$root/proc"
  ;;
run) exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot "$root" "$@" ;;
service) exec unshare -m --propagation private "$here/as-unit.py" "$root" "$1" ;;
changes) cd "$home/changes" && find . ! -type d -printf '/%P\n' | sort ;;
stop) stop ;;
*) sed -n 3p "$0" >&2; exit 2 ;;
esac

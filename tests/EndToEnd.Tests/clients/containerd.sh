#!/bin/bash
# A containerd without Kubernetes' part, driven by ctr.
# usage: containerd.sh 1.6|1.7|2.1  start | stop | wipe | ctr ARGUMENT.. | ctr-remote ARGUMENT..   (2.1 alone has ctr-remote)
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
[ $# -ge 2 ] || { sed -n 3p "$0" >&2; exit 2; }
version=$1 what=$2
shift 2
case $version in
1.6) in=("$here/in-host.sh") ;;
1.7) in=("$here/in-root.sh" trixie) ;;
2.1) in=("$here/in-root.sh" sid) ;;
*) echo "containerd.sh: unknown version $version" >&2; exit 2 ;;
esac
home=$WORK/containerd-$version socket=$WORK/containerd-$version/containerd.sock
mkdir -p "$home"
ctr=("${in[@]}" ctr -a "$socket")
alive() { [ -s "$home/pid" ] && grep -qa containerd "/proc/$(cat "$home/pid")/cmdline" 2>/dev/null; }

case $what in
start)
  ! alive || exit 0
  rm -f "$socket"
  cat >"$home/config.toml" <<EOF
version = 2
root = "$home/root"
state = "$home/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$socket"
EOF
  setsid "${in[@]}" containerd -c "$home/config.toml" >"$home/log" 2>&1 </dev/null &
  echo $! >"$home/pid" # every wrapper is an exec: this is containerd's own
  for _ in $(seq 200); do
    ! "${ctr[@]}" version >/dev/null 2>&1 || exit 0
    kill -0 $! 2>/dev/null || break
    sleep .2
  done
  echo "containerd.sh: $version did not start" >&2
  tail -n 20 "$home/log" >&2
  exit 1
  ;;
stop)
  alive || exit 0
  pid=$(cat "$home/pid")
  kill -TERM "$pid"
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || exit 0
    sleep .2
  done
  kill -KILL "$pid"
  ;;
wipe) # a layer whose snapshot is there would not be fetched again
  "${in[@]}" env CONTAINERD_ADDRESS="$socket" bash -euc '
    images=$(ctr images ls -q)
    [ -z "$images" ] || ctr images rm --sync $images'
  ;;
ctr) exec "${ctr[@]}" "$@" ;;
ctr-remote) # the stargz snapshotter's; it finds the node that node.sh started by the file "api" in its repository
  [ "$version" = 2.1 ] || { echo "containerd.sh: $version has no ctr-remote" >&2; exit 2; }
  IPFS_PATH=$WORK/node/repo exec "${in[@]}" ctr-remote -a "$socket" "$@"
  ;;
*) sed -n 3p "$0" >&2; exit 2 ;;
esac

#!/bin/bash
# One Docker engine, with the graph driver or the containerd image store. Engines do not know of each other.
# usage: docker-engine.sh 20.10|26.1|28.5 graph|store  start | stop | wipe | mirror [URL] | docker ARGUMENT..   (20.10 has no store)
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
unset DOCKER_HOST DOCKER_CONTEXT
[ $# -ge 3 ] || { sed -n 3p "$0" >&2; exit 2; }
version=$1 mode=$2 what=$3
shift 3
case $version in
20.10) in=("$here/in-host.sh") ;;
26.1) in=("$here/in-root.sh" trixie) ;;
28.5) in=("$here/in-root.sh" sid) ;;
*) echo "docker-engine.sh: unknown version $version" >&2; exit 2 ;;
esac
case $version-$mode in
20.10-store) echo "docker-engine.sh: 20.10 has no containerd image store" >&2; exit 2 ;;
*-graph) settings=() ;;
*-store) settings=('"features":{"containerd-snapshotter":true}') ;;
*) echo "docker-engine.sh: graph or store?" >&2; exit 2 ;;
esac
home=$WORK/docker-$version-$mode socket=$WORK/docker-$version-$mode/docker.sock
mkdir -p "$home"
docker=("${in[@]}" docker --config "$home/logins" -H "unix://$socket")
configure() { (IFS=,; echo "{${settings[*]}}") >"$home/daemon.json"; }
alive() { [ -s "$home/docker.pid" ] && grep -qa dockerd "/proc/$(cat "$home/docker.pid")/cmdline" 2>/dev/null; }

case $what in
start)
  ! alive || exit 0
  rm -f "$home/docker.pid" "$socket"
  flags=(-H "unix://$socket" --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/docker.pid" --iptables=false --ip-masq=false --ip-forward=false --bridge=none)
  [ "$version" = 20.10 ] || flags+=(--ip6tables=false)
  configure
  # The hub is out of reach on every machine: tests of mirrors see what an engine does without it, and nothing leaves.
  HTTPS_PROXY=http://127.0.0.1:9 NO_PROXY=example.org setsid "${in[@]}" dockerd "${flags[@]}" --config-file "$home/daemon.json" >"$home/log" 2>&1 </dev/null &
  for _ in $(seq 200); do
    ! "${docker[@]}" version >/dev/null 2>&1 || exit 0
    kill -0 $! 2>/dev/null || break
    sleep .3
  done
  echo "docker-engine.sh: $version $mode did not start" >&2
  tail -n 20 "$home/log" >&2
  exit 1
  ;;
stop)
  alive || exit 0
  pid=$(cat "$home/docker.pid")
  kill -TERM "$pid"
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || exit 0
    sleep .2
  done
  kill -KILL "$pid"
  ;;
wipe)
  "${in[@]}" env DOCKER_HOST="unix://$socket" bash -euc '
    containers=$(docker ps -aq)
    [ -z "$containers" ] || docker rm -f $containers
    images=$(docker images -aq --no-trunc | sort -u)
    [ -z "$images" ] || docker rmi -f $images
    docker image prune -af'
  ;;
mirror) # of the hub's, from now on; nothing: none
  settings+=("\"registry-mirrors\":[${1:+\"$1\"}]")
  configure
  kill -HUP "$(cat "$home/docker.pid")"
  for _ in $(seq 50); do
    now=$("${docker[@]}" info --format '{{join .RegistryConfig.Mirrors " "}}')
    [ "${now%/}" != "${1:-}" ] || exit 0
    sleep .2
  done
  echo "docker-engine.sh: the mirror is not $1, but $now" >&2
  exit 1
  ;;
docker) exec "${docker[@]}" "$@" ;;
*) sed -n 3p "$0" >&2; exit 2 ;;
esac

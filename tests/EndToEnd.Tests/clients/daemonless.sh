#!/bin/bash
# The clients that need no daemon, each version with a folder and a storage of its own.
# usage: daemonless.sh skopeo|podman|buildah|crane|oras|apptainer  host|trixie|sid  ARGUMENT..
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
[ $# -ge 3 ] || { sed -n 3p "$0" >&2; exit 2; }
client=$1 where=$2
shift 2
case $where in
host) in=("$here/in-host.sh") ;;
*) in=("$here/in-root.sh" "$where") ;;
esac
home=$WORK/$client-$where
mkdir -p "$home"
export PODMAN_IGNORE_CGROUPSV1_WARNING=1 APPTAINER_TMPDIR="$home"
# Logins of its own, and none of the machine's.
export DOCKER_CONFIG="$home/logins" REGISTRY_AUTH_FILE="$home/logins/auth.json"
mkdir -p "$DOCKER_CONFIG"
[ -e "$REGISTRY_AUTH_FILE" ] || echo '{}' >"$REGISTRY_AUTH_FILE"
case $client in
skopeo) flags=(--insecure-policy) ;;
podman) flags=(--root "$home/storage" --runroot "$home/run" --cgroup-manager cgroupfs --storage-driver vfs) ;;
buildah) flags=(--root "$home/storage" --runroot "$home/run" --storage-driver vfs) ;;
*) flags=() ;;
esac
exec "${in[@]}" "$client" "${flags[@]}" "$@"

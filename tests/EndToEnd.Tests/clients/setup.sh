#!/bin/bash
# Installs the container clients of Debian 12, and makes the roots "trixie" and "sid" with newer ones below
# $IMAGE2IPFS_E2E_WORK. Root on Debian 12; what is there already stays.
# usage: setup.sh [host] [trixie] [sid]   (nothing: all three) | versions
set -euo pipefail
. "$(dirname "$(realpath "$0")")/work.sh"
HOST_PACKAGES="ca-certificates python3 docker.io containerd runc crun skopeo buildah podman umoci debootstrap ipfs-cid docker-registry openssl apache2-utils systemd lintian dpkg-dev zip unzip prometheus python3-seccomp nginx caddy haproxy"
ROOT_PACKAGES="docker.io docker-cli containerd runc crun skopeo buildah podman umoci"
declare -A MORE=([trixie]="systemd-standalone-sysusers systemd-standalone-tmpfiles kubernetes-client" [sid]="crane oras apptainer stargz-snapshotter")
export DEBIAN_FRONTEND=noninteractive

[ "$(id -u)" = 0 ] || { echo "setup.sh: must be root" >&2; exit 1; }
[ $# -gt 0 ] || set -- host trixie sid
mkdir -p "$WORK/apt/partial" "$WORK/logs"
exec 9>"$WORK/setup.lock"
flock 9

fail() { echo "setup.sh: $1" >&2; [ $# -lt 2 ] || tail -n 20 "$2" >&2; exit 1; }

# Where this machine gets Debian from. A new machine has no package lists yet, and without them there is no answer.
mirror() {
  find_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Codename: bookworm' 2>/dev/null | head -n 1; }
  local uri
  uri=$(find_mirror)
  [ -n "$uri" ] || { apt-get update >"$WORK/logs/update.log" 2>&1 || fail "apt-get update failed" "$WORK/logs/update.log"; uri=$(find_mirror); }
  [ -n "$uri" ] || fail "apt knows no source of Debian 12 (bookworm)"
  echo "$uri"
}

host() {
  local log=$WORK/logs/host.log missing="" made="" package status=0
  for package in $HOST_PACKAGES; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | cut -c1-2)" = ii ] || missing+=" $package"
  done
  [ -n "$missing" ] || { echo "host: all there"; return; }
  # No service may start. A cache folder of our own: hooks that clean the common one do not empty it meanwhile.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    made=1
  fi
  { apt-get update && apt-get -o DPkg::Lock::Timeout=300 -o Dir::Cache::Archives="$WORK/apt" install -y --no-install-recommends $missing; } >"$log" 2>&1 || status=$?
  [ -z "$made" ] || rm -f /usr/sbin/policy-rc.d
  [ $status = 0 ] || fail "the packages of this machine cannot be installed" "$log"
  rm -f "$WORK"/apt/*.deb
  echo "host: installed$missing"
}

root() {
  local suite=$1 root=$WORK/root-$1 log=$WORK/logs/root-$1.log packages="$ROOT_PACKAGES ${MORE[$1]}" uri
  if [ -e "$root/.ready" ] && [ "$(cat "$root/.ready")" = "$packages" ]; then echo "$suite: all there"; return; fi
  if [ ! -e "$root/.base" ]; then
    uri=$(mirror) || exit 1
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase --include=ca-certificates,procps "$suite" "$root" "$uri" >"$log" 2>&1 || fail "debootstrap of $suite failed" "$log"
    echo "deb $uri $suite main" >"$root/etc/apt/sources.list"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    touch "$root/.base"
  fi
  cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
  unshare -m --propagation private bash -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    chroot "$root" apt-get -o Acquire::Check-Valid-Until=false update
    chroot "$root" apt-get install -y --no-install-recommends "$@"
    chroot "$root" apt-get clean' sh "$root" $packages >>"$log" 2>&1 || fail "the packages of $suite cannot be installed" "$log"
  echo "$packages" >"$root/.ready"
  echo "$suite: ready in $root"
}

versions() {
  local suite packages="docker.io containerd runc skopeo buildah podman"
  echo "host: $(dpkg-query -W -f '${Package} ${Version}, ' $packages ipfs-cid nginx caddy haproxy)"
  for suite in trixie sid; do
    echo "$suite: $(dpkg-query --admindir="$WORK/root-$suite/var/lib/dpkg" -W -f '${Package} ${Version}, ' $packages ${MORE[$suite]})"
  done
}

for part in "$@"; do
  case $part in
  host) host ;;
  trixie | sid) root "$part" ;;
  versions) versions ;;
  *) fail "unknown part $part" ;;
  esac
done

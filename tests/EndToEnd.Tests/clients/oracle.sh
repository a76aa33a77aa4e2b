#!/bin/bash
# The IPFS implementations of npm that judge ours, in $IMAGE2IPFS_E2E_WORK/oracle: outside the checkout, of the versions
# that oracle/package-lock.json pins.
# usage: oracle.sh install | node SCRIPT ARGUMENT.. | ipfs-car ARGUMENT..
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
oracle=$WORK/oracle
[ $# -ge 1 ] || { sed -n 4p "$0" >&2; exit 2; }
case $1 in
install)
  mkdir -p "$oracle"
  cp "$here"/../oracle/package*.json "$oracle/"
  # Nothing that a package brings is run while it is installed.
  npm ci --prefix "$oracle" --ignore-scripts --no-audit --no-fund --loglevel=error
  ;;
node | ipfs-car)
  [ -d "$oracle/node_modules" ] || { echo "oracle.sh: nothing is installed; run oracle.sh install" >&2; exit 1; }
  cp "$here"/../oracle/*js "$oracle/"
  export NODE_OPTIONS="-r $oracle/polyfill.cjs"
  case $1 in
  node) exec node "$oracle/$2" "${@:3}" ;;
  ipfs-car) exec node "$oracle/node_modules/ipfs-car/bin.js" "${@:2}" ;;
  esac
  ;;
*) sed -n 4p "$0" >&2; exit 2 ;;
esac

#!/bin/bash
# js-ipfs, an IPFS node that installs from npm, in $IMAGE2IPFS_E2E_WORK/node: of the versions that node/package-lock.json
# pins, with an empty repository at each start, without peers, on free ports of 127.0.0.1.
# usage: node.sh install | start (prints the addresses of the RPC and of the gateway) | stop
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/work.sh"
node=$WORK/node
export IPFS_PATH=$node/repo NODE_OPTIONS="-r $node/polyfill.cjs"
ipfs=(node "$node/node_modules/ipfs/src/cli.js")
[ $# -eq 1 ] || { sed -n 4p "$0" >&2; exit 2; }
# It changes its command line to "ipfs", so its environment says which one it is.
alive() { [ -s "$node/pid" ] && grep -qazFx "IPFS_PATH=$IPFS_PATH" "/proc/$(cat "$node/pid")/environ" 2>/dev/null; }

stop() {
  alive || return 0
  local pid
  pid=$(cat "$node/pid")
  kill -TERM "$pid"
  for _ in $(seq 50); do
    alive || return 0
    sleep .2
  done
  kill -KILL "$pid"
}

# address WORDS: http://…, from the line of the log that names it as /ip4/127.0.0.1/tcp/PORT
address() { sed -n "s|^$1.*/ip4/127.0.0.1/tcp/\([0-9]*\).*|http://127.0.0.1:\1|p" "$node/log" | head -n 1 | grep .; }

case $1 in
install)
  mkdir -p "$node"
  cp "$here"/../node/package*.json "$node/"
  # The lock leaves out electron-webrtc's optional "headless": no registry has it, and GitHub's tarball has no checksum.
  # Nothing that a package brings is run while it is installed.
  NODE_OPTIONS='' npm ci --prefix "$node" --ignore-scripts --no-audit --no-fund --loglevel=error
  ;;
start)
  [ -d "$node/node_modules" ] || { echo "node.sh: nothing is installed; run node.sh install" >&2; exit 1; }
  stop
  cp "$here/../oracle/polyfill.cjs" "$node/"
  rm -rf "$IPFS_PATH"
  "${ipfs[@]}" init --empty-repo --profile test >"$node/log" 2>&1 || { cat "$node/log" >&2; exit 1; }
  # An address to listen on for other nodes would be one that it has no transport for.
  node -e '
    const fs = require("fs"), file = process.env.IPFS_PATH + "/config", config = JSON.parse(fs.readFileSync(file))
    const free = "/ip4/127.0.0.1/tcp/0"
    Object.assign(config.Addresses, { Swarm: [], API: free, Gateway: free, RPC: free })
    fs.writeFileSync(file, JSON.stringify(config))'
  setsid "${ipfs[@]}" daemon --offline --enable-preload=false >"$node/log" 2>&1 </dev/null &
  echo $! >"$node/pid"
  for _ in $(seq 300); do
    if grep -q '^Daemon is ready' "$node/log"; then
      address 'HTTP API' && address 'Gateway' && exit 0
      break
    fi
    kill -0 $! 2>/dev/null || break
    sleep .2
  done
  echo "node.sh: the node did not start" >&2
  cat "$node/log" >&2
  stop
  exit 1
  ;;
stop) stop ;;
*) sed -n 4p "$0" >&2; exit 2 ;;
esac

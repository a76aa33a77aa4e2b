#!/bin/sh
# What a Kubo node needs that stands behind the Gateway and the same proxy: config/kubo/configure.sh example.org
# As the node's user (IPFS_PATH), while it does not run, or restart it afterwards. What these keys mean:
# https://github.com/ipfs/kubo/blob/master/docs/config.md
set -eu
[ $# -eq 1 ] || { echo "usage: configure.sh HOST, such as example.org" >&2; exit 2; }

# For the Gateway (IPFS_GATEWAY=http://127.0.0.1:8080) and the proxy, on this machine. The RPC is for nobody else, ever: who reaches it owns the node.
ipfs config --json Addresses.Gateway '"/ip4/127.0.0.1/tcp/8080"'
ipfs config --json Addresses.API '"/ip4/127.0.0.1/tcp/5001"'

# Subdomains, a web origin for each root: <cid>.ipfs.HOST. The proxy sends these here with their Host, and X-Forwarded-Proto. The
# Gateway itself asks by the address above, which always is a gateway of paths.
ipfs config --json Gateway.PublicGateways "{
  \"$1\": { \"UseSubdomains\": true, \"Paths\": [\"/ipfs\", \"/ipns\"], \"NoDNSLink\": true }
}"

# No other Host is anybody's website; names below /ipns/ are resolved all the same.
ipfs config --json Gateway.NoDNSLink true

# false (Kubo's default): what is pulled comes from the whole network, and strangers can have anything fetched. true: only what
# the node has, which it must have pinned: the safe choice where all images are one's own.
ipfs config --json Gateway.NoFetch false

# The Gateway fetches CARs and blocks, which are always served. true (Kubo's default) is for people, who read pages below /ipfs/; false
# leaves no free web hosting, and pulls go on.
ipfs config --json Gateway.DeserializedResponses true

# The Gateway turns to another upstream after 15 s (Upstreams:FirstByteTimeout, StallTimeout); what nobody waits for may end.
ipfs config --json Gateway.RetrievalTimeout '"30s"'

# The longest that one blob may take, for it is one request.
ipfs config --json Gateway.MaxRequestDuration '"1h"'

# Nobody here asks the gateway's port for routes.
ipfs config --json Gateway.ExposeRoutingAPI false

# Headers of one's own; Kubo adds those for scripts of other origins by itself.
ipfs config --json Gateway.HTTPHeaders '{}'

# Nodes to stay connected with: those to which images are published. They are found without asking anybody.
# ipfs config --json Peering.Peers '[{ "ID": "12D3KooW…", "Addrs": ["/dns4/build.example.org/tcp/4001"] }]'

# Sourced by the scripts beside it: the folder that holds the roots of the clients and all that they keep.
WORK=$(realpath -m "${IMAGE2IPFS_E2E_WORK:-${TMPDIR:-/tmp}/image2ipfs-clients}")
export WORK

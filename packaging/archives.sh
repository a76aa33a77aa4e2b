#!/bin/bash
# The Gateway with its runtime, as an archive to unpack and run, for each platform; and the sums of what lies in the folder.
# usage: archives.sh FOLDER [RUNTIME..]   (of linux-x64 linux-arm64 osx-arm64 win-x64; nothing: all; needs the .NET SDK, zip)
set -euo pipefail
[ $# -ge 1 ] || { sed -n 3p "$0" >&2; exit 2; }
out=$(realpath -m "$1")
shift
[ $# -gt 0 ] || set -- linux-x64 linux-arm64 osx-arm64 win-x64
. "$(dirname "$(realpath "$0")")/release.sh"
version=$(version)
mkdir -p "$out"
for runtime in "$@"; do
  name=image2ipfs-gateway-$version-$runtime folder=$work/image2ipfs-gateway-$version-$runtime
  gateway "$runtime" "$folder"
  cp -R LICENSE README.md CHANGELOG.md docs config "$folder/"
  case $runtime in
  win-*)
    find "$folder" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
    rm -f "$out/$name.zip"
    (cd "$work" && find "$name" | sort | zip -q -X -9 "$out/$name.zip" -@)
    ;;
  *) packed "$work" "$name" | gzip -9n >"$out/$name.tar.gz" ;;
  esac
  rm -rf "$folder"
done
cd "$out"
find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >SHA256SUMS

#!/bin/bash
# A container image of the Gateway, as an archive for `docker load`: two layers, the libraries that the runtime needs from
# Debian's packages, and the Gateway. No shell, no package manager, no root.
# usage: image.sh FILE [NAME]   (the name in the archive, else image2ipfs-gateway:VERSION; needs the .NET SDK and Debian 12 with its package lists)
set -euo pipefail
[ $# -ge 1 ] || { sed -n 4p "$0" >&2; exit 2; }
out=$(realpath -m "$1")
name=${2:-}
. "$(dirname "$(realpath "$0")")/release.sh"
version=$(version)
name=${name:-image2ipfs-gateway:$version}
packages="base-files ca-certificates libc6 libgcc-s1 libssl3 libstdc++6 tzdata"
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

# What Debian's packages hold; of the programs among it, none.
base=$work/base
mkdir -p "$base" "$work/packages"
chmod 755 "$work/packages"
(cd "$work/packages" && apt-get -o APT::Sandbox::User=root download -q $packages >"$work/apt.log" 2>&1) || { cat "$work/apt.log" >&2; exit 1; }
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$base"; done
mkdir -p "$base/etc/ssl/certs" "$base/var/lib/image2ipfs" "$base/var/cache/image2ipfs"
find "$base/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$base/etc/ssl/certs/ca-certificates.crt"
rm -rf "$base"/usr/{bin,sbin} "$base"/{bin,sbin} "$base"/usr/share/{doc-base,lintian,man,bug,zoneinfo/right} "$base"/usr/lib/*/{gconv,audit} "$base"/etc/{update-motd.d,profile.d}
find "$base/usr/share/doc" -type f ! -name copyright -delete
echo 'image2ipfs:x:65532:65532::/nonexistent:/sbin/nologin' >"$base/etc/passwd"
echo 'image2ipfs:x:65532:' >"$base/etc/group"
echo 'hosts: files dns' >"$base/etc/nsswitch.conf"

mkdir -p "$work/app/usr/lib"
gateway linux-x64 "$work/app/usr/lib/image2ipfs-gateway"

image=$work/image
mkdir "$image"
# The folders that are written to are the user's; a new volume takes that over.
packed "$base" --exclude=./var/lib/image2ipfs --exclude=./var/cache/image2ipfs . >"$image/base.tar"
owner=65532 packed "$base" ./var/lib/image2ipfs ./var/cache/image2ipfs >"$work/owned.tar"
tar -A -f "$image/base.tar" "$work/owned.tar"
packed "$work/app" usr >"$image/app.tar"
sum() { sha256sum "$1" | cut -d' ' -f1; }

cat >"$work/config.json" <<EOF
{
  "architecture": "amd64",
  "os": "linux",
  "created": "$created",
  "config": {
    "User": "65532:65532",
    "WorkingDir": "/",
    "ExposedPorts": { "5000/tcp": {} },
    "Volumes": { "/var/lib/image2ipfs": {}, "/var/cache/image2ipfs": {} },
    "Env": [
      "Urls=http://0.0.0.0:5000",
      "IMAGE2IPFS_STORE=/var/lib/image2ipfs",
      "XDG_CACHE_HOME=/var/cache",
      "DOTNET_EnableDiagnostics=0"
    ],
    "Entrypoint": [ "/usr/lib/image2ipfs-gateway/Gateway" ],
    "Healthcheck": { "Test": [ "CMD", "/usr/lib/image2ipfs-gateway/Gateway", "health" ], "Interval": 30000000000, "Timeout": 10000000000 },
    "Labels": {
      "org.opencontainers.image.title": "Image2Ipfs Gateway",
      "org.opencontainers.image.version": "$version",
      "org.opencontainers.image.licenses": "MIT"
    }
  },
  "rootfs": { "type": "layers", "diff_ids": [ "sha256:$(sum "$image/base.tar")", "sha256:$(sum "$image/app.tar")" ] },
  "history": [
    { "created": "$created", "created_by": "Debian: $packages" },
    { "created": "$created", "created_by": "Image2Ipfs Gateway $version" }
  ]
}
EOF
config=$(sum "$work/config.json").json
mv "$work/config.json" "$image/$config"
echo "[{\"Config\":\"$config\",\"RepoTags\":[\"$name\"],\"Layers\":[\"base.tar\",\"app.tar\"]}]" >"$image/manifest.json"
mkdir -p "$(dirname "$out")"
packed "$image" manifest.json "$config" base.tar app.tar >"$out"

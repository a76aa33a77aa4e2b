#!/bin/bash
# Debian packages for this machine's architecture: image2ipfs, the publisher, and image2ipfs-gateway, a service.
# usage: deb.sh FOLDER   (they are put there; needs the .NET SDK, clang, dpkg-dev)
set -euo pipefail
[ $# = 1 ] || { sed -n 3p "$0" >&2; exit 2; }
out=$(realpath -m "$1")
. "$(dirname "$(realpath "$0")")/release.sh"
from=packaging/debian
version=$(version | sed 's/-/~/') # the tilde sorts 1.0.0~alpha before 1.0.0
architecture=$(dpkg --print-architecture)
mkdir -p "$out"

# put MODE FILE DESTINATION
put() { install -D -m "$1" "$2" "$root/$3"; }
# put_gz FILE DESTINATION
put_gz() { mkdir -p "$root/$(dirname "$2")" && gzip -9n <"$1" >"$root/$2"; }

documents() {
  put 644 "$from/copyright" "usr/share/doc/$package/copyright"
  put_gz CHANGELOG.md "usr/share/doc/$package/NEWS.gz"
  printf '%s (%s) unstable; urgency=medium\n\n  * What is new stands in NEWS.gz.\n\n -- %s  %s\n' \
    "$package" "$version" "$(sed -n 's/^Maintainer: //p' "$from/$package.control")" "$(date -R -d "@$SOURCE_DATE_EPOCH")" >"$work/changelog"
  put_gz "$work/changelog" "usr/share/doc/$package/changelog.gz"
  [ ! -e "$from/$package.overrides" ] || put 644 "$from/$package.overrides" "usr/share/lintian/overrides/$package"
}

# What dpkg-gencontrol counts, in KiB: a folder's own size depends on the file system.
size() { find "$root" -path "$root/DEBIAN" -prune -o -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }'; }

# pack BINARY..: whose libraries are depended on
pack() {
  local depends
  documents
  mkdir -p "$root/DEBIAN" "$work/debian"
  printf 'Source: %s\n\nPackage: %s\nArchitecture: any\n' "$package" "$package" >"$work/debian/control"
  depends=$(cd "$work" && dpkg-shlibdeps -O "$@" 2>"$work/shlibdeps.log" | sed -n 's/^shlibs:Depends=//p') || { cat "$work/shlibdeps.log" >&2; return 1; }
  sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@LIBRARIES@/$depends/" \
    -e "s/@SIZE@/$(size)/" "$from/$package.control" >"$root/DEBIAN/control"
  (cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort | xargs -d '\n' md5sum) >"$root/DEBIAN/md5sums"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" "$out/${package}_${version}_$architecture.deb"
}

package=image2ipfs root=$work/image2ipfs
published Publisher "$work/publisher"
put 755 "$work/publisher/image2ipfs" usr/bin/image2ipfs
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/image2ipfs"
put_gz docs/image2ipfs.1 usr/share/man/man1/image2ipfs.1.gz
for shell in bash zsh fish; do "$work/publisher/image2ipfs" completion $shell >"$work/completion.$shell"; done
put 644 "$work/completion.bash" usr/share/bash-completion/completions/image2ipfs
put 644 "$work/completion.zsh" usr/share/zsh/vendor-completions/_image2ipfs
put 644 "$work/completion.fish" usr/share/fish/vendor_completions.d/image2ipfs.fish
put 644 docs/publishing.md usr/share/doc/image2ipfs/publishing.md
pack "$root/usr/bin/image2ipfs"

package=image2ipfs-gateway root=$work/image2ipfs-gateway
case $architecture in amd64) runtime=linux-x64 ;; arm64) runtime=linux-arm64 ;; *) echo "deb.sh: no runtime for $architecture" >&2; exit 1 ;; esac
mkdir -p "$root/usr/lib"
gateway $runtime "$root/usr/lib/image2ipfs-gateway"
put 644 config/systemd/image2ipfs-gateway.service lib/systemd/system/image2ipfs-gateway.service
put 644 config/systemd/image2ipfs-gateway.socket lib/systemd/system/image2ipfs-gateway.socket
put 644 config/systemd/image2ipfs.sysusers usr/lib/sysusers.d/image2ipfs.conf
put 644 config/systemd/image2ipfs.tmpfiles usr/lib/tmpfiles.d/image2ipfs.conf
put 644 config/systemd/image2ipfs-gateway.default etc/default/image2ipfs-gateway
put 644 config/gateway.json etc/image2ipfs/gateway.json
put 644 docs/operating.md usr/share/doc/image2ipfs-gateway/operating.md
for script in postinst prerm postrm; do put 755 "$from/$package.$script" "DEBIAN/$script"; done
printf '/etc/default/image2ipfs-gateway\n/etc/image2ipfs/gateway.json\n' >"$root/DEBIAN/conffiles"
pack "$root"/usr/lib/image2ipfs-gateway/{Gateway,*.so}

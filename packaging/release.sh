# Sourced by the scripts beside it: what a release is called, and how it is published. The same commit gives the same
# bytes on every machine with the same SDK: nothing of what is made says when or where that was.
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export CI=true TZ=UTC LC_ALL=C
umask 022
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version() { dotnet msbuild src/Gateway -restore -v:quiet -t:MinVer -getProperty:Version; }

# published PROJECT FOLDER ARGUMENT..: built from nothing, whatever an earlier build left in the clone. No symbols: the sources
# that .NET generates for logging come in another order each time, which nothing but the symbols shows.
published() {
  dotnet publish "src/$1" -c Release -o "$2" --artifacts-path "$work/build" -v:quiet -p:DebugType=none -p:DebugSymbols=false "${@:3}"
}

# gateway RUNTIME FOLDER: the Gateway with its runtime, but for what only debuggers and tracers read
gateway() {
  published Gateway "$2" -r "$1" --self-contained
  rm -f "$2"/createdump* "$2"/libmscordaccore* "$2"/libmscordbi* "$2"/mscordaccore* "$2"/mscordbi* "$2"/libcoreclrtraceptprovider*
  find "$2" -type f -exec chmod 644 {} +
  [ ! -e "$2/Gateway" ] || chmod 755 "$2/Gateway"
}

# packed FOLDER NAME..: a tar of that on stdout, root's or $owner's
packed() { tar -C "$1" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner="${owner:-0}" --group="${owner:-0}" --numeric-owner --format=gnu -c "${@:2}"; }

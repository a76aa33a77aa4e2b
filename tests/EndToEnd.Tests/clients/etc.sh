# Sourced by in-host.sh and in-root.sh, in mounts of their own: example.org is this machine, and whom Docker trusts lies below $WORK.
mkdir -p "$WORK/etc/certs.d" /etc/docker/certs.d
[ -e /etc/hosts ] || : >/etc/hosts
[ -e "$WORK/etc/hosts" ] || { cat /etc/hosts && echo "127.0.0.1 localhost example.org"; } >"$WORK/etc/hosts"
mount --bind "$WORK/etc/certs.d" /etc/docker/certs.d
mount --bind "$WORK/etc/hosts" /etc/hosts

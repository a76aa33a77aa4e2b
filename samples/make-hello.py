#!/usr/bin/env python3
"""make-hello.py: writes hello.tar, the smallest image that runs: one static x86-64 program that prints a line.
It is an archive as `docker save hello` writes it, the same bytes on every run."""
import hashlib, io, json, os, struct, tarfile

MESSAGE = b"Hello from IPFS!\n"


def program(message):
    """An ELF file by hand: write(1, message), exit(0)."""
    base, headers, code_size = 0x400000, 64 + 56, 34
    code = (b"\xb8\x01\x00\x00\x00\xbf\x01\x00\x00\x00\xbe" + struct.pack("<I", base + headers + code_size)
            + b"\xba" + struct.pack("<I", len(message)) + b"\x0f\x05\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05")
    body = code.ljust(code_size, b"\x90") + message
    size = headers + len(body)
    return (b"\x7fELF\2\1\1".ljust(16, b"\0")
            + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0)
            + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000) + body)


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, mode in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


layer = tar([("hello", program(MESSAGE), 0o755)])
diff_id = hashlib.sha256(layer).hexdigest()
config = json.dumps({
    "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
    "config": {"Cmd": ["/hello"], "Labels": {"org.opencontainers.image.title": "hello"}},
    "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "COPY hello /"}, {"created": "2026-01-01T00:00:00Z", "created_by": "CMD [\"/hello\"]", "empty_layer": True}],
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + diff_id]},
}, separators=(",", ":")).encode()
name = hashlib.sha256(config).hexdigest()
manifest = json.dumps([{"Config": name + ".json", "RepoTags": ["hello:latest"], "Layers": [diff_id + "/layer.tar"]}]).encode()
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hello.tar"), "wb") as file:
    file.write(tar([(diff_id + "/layer.tar", layer, 0o644), (name + ".json", config, 0o644), ("manifest.json", manifest, 0o644)]))

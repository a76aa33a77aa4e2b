#!/usr/bin/python3
"""Runs a service in a root as systemd would by its unit, as far as that can be done without systemd: its user, without
capabilities, with its environment, umask, file and task limits, a file system that is read only but for its cache and a
/tmp of its own, without new privileges, and with its filters of system calls and address families. It waits until the
service says that it listens, prints "ready", and on SIGTERM stops it within TimeoutStopSec. Not: MemoryMax, and what
needs namespaces of devices, users and processes.
usage: as-unit.py ROOT UNIT   (root, in a mount namespace of its own: unshare -m)
"""
import ctypes, errno, grp, os, pwd, resource, shlex, signal, socket, subprocess, sys
import seccomp

root, unit = sys.argv[1:]
settings = {}
for line in open(f"{root}/lib/systemd/system/{unit}"):
    name, is_setting, value = line.strip().partition("=")
    if is_setting and not name.startswith("#"):
        settings.setdefault(name, []).append(value)


def one(name):
    return settings[name][-1]


def calls(group):
    """The system calls of one of systemd's groups, those of the groups in it too."""
    if not group.startswith("@"):
        return {group}
    words = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True).stdout.split("\n")[1:]
    return set().union(*(calls(word.strip()) for word in words if word.strip() and not word.strip().startswith("#")))


allowed = set()
for words in settings["SystemCallFilter"]:
    chosen = set().union(*map(calls, words.removeprefix("~").split()))
    allowed = allowed - chosen if words.startswith("~") else allowed | chosen
filter = seccomp.SyscallFilter(seccomp.ERRNO(getattr(errno, one("SystemCallErrorNumber"))))
families = {getattr(socket, name, 16) for name in one("RestrictAddressFamilies").split()}
for call in sorted(allowed):
    try:
        if call == "socket":
            for family in families:
                filter.add_rule(seccomp.ALLOW, call, seccomp.Arg(0, seccomp.EQ, family))
        else:
            filter.add_rule(seccomp.ALLOW, call)
    except (RuntimeError, ValueError):
        pass  # a call that this architecture does not have
assert {"read", "futex"} <= allowed and not {"setuid", "mount", "reboot"} & allowed

environment = {"PATH": "/usr/bin:/bin"}
for pair in settings["Environment"]:
    environment.update([pair.split("=", 1)])
for line in open(root + one("EnvironmentFile").removeprefix("-")):
    if line.strip() and not line.startswith("#"):
        environment.update([line.strip().split("=", 1)])
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("\0image2ipfs-as-unit-%d" % os.getpid())
environment["NOTIFY_SOCKET"] = "@image2ipfs-as-unit-%d" % os.getpid()

assert one("ProtectSystem") == "strict" and one("PrivateTmp") == "yes" and one("CapabilityBoundingSet") == ""
os.chroot(root)
os.chdir("/")
user, group = pwd.getpwnam(one("User")), grp.getgrnam(one("Group"))
cache = "/var/cache/" + one("CacheDirectory")
os.makedirs(cache, int(one("CacheDirectoryMode"), 8), exist_ok=True)
os.chown(cache, user.pw_uid, group.gr_gid)
for command in (["mount", "--bind", cache, cache], ["mount", "-o", "remount,bind,ro", "/"], ["mount", "-t", "tmpfs", "tmpfs", "/tmp"]):
    subprocess.run(command, check=True)

child = os.fork()
if child == 0:
    os.umask(int(one("UMask"), 8))
    for limit, name in ((resource.RLIMIT_NOFILE, "LimitNOFILE"), (resource.RLIMIT_NPROC, "TasksMax")):
        most = resource.getrlimit(limit)[1]  # no one here may raise it, as systemd may
        resource.setrlimit(limit, (int(one(name)) if most < 0 else min(most, int(one(name))),) * 2)
    os.setgroups([group.gr_gid])
    os.setresgid(*(group.gr_gid,) * 3)
    os.setresuid(*(user.pw_uid,) * 3)
    assert ctypes.CDLL(None).prctl(1, signal.SIGKILL) == 0  # PR_SET_PDEATHSIG: it does not outlive this script
    assert ctypes.CDLL(None).prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    filter.load()
    command = shlex.split(one("ExecStart"))
    os.execve(command[0], command, environment)

signal.signal(signal.SIGCHLD, lambda *_: os._exit(1 if os.waitpid(child, 0)[1] else 0))
signal.signal(signal.SIGTERM, lambda *_: (os.kill(child, signal.SIGTERM), signal.alarm(int(one("TimeoutStopSec")))))
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
while True:
    said = manager.recv(4096).decode()
    print({"READY=1": "ready", "STOPPING=1": "stopping"}.get(said, said), flush=True)

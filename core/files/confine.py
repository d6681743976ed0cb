"""Shuts a process in before it opens somebody's file: memory, time, no writing, and on Linux no network.

The system call filter is a classic BPF program (Linux, Documentation/userspace-api/seccomp_filter.rst): it
denies sockets, starting programs and looking into other processes, and lets everything else pass. Where the
kernel does not offer it, the limits still hold and the caller is told.
"""

import contextlib
import ctypes
import platform
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_DENY: Final = 0x00050000 | 13  # SECCOMP_RET_ERRNO with EACCES
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_SYSCALL_AT, _ARCH_AT = 0, 4  # offsets in struct seccomp_data

# By machine: audit architecture, then the numbers of socket, socketpair, connect, bind, execve, execveat,
# ptrace,
# process_vm_readv, process_vm_writev (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h), and of
# io_uring_setup, which could open sockets unseen.
_MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 53, 42, 49, 59, 322, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 199, 203, 200, 221, 281, 117, 270, 271, 425)),
}
_X32_BIT: Final = 0x40000000  # the second set of numbers on x86_64


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def limit_resources(memory_bytes: int, seconds: int) -> None:
    """At most ``memory_bytes`` of address space above the present, ``seconds`` of processor time, no file
    written."""
    if (present := _address_space()) is not None:
        _at_most(resource.RLIMIT_AS, present + memory_bytes)
    _at_most(resource.RLIMIT_CPU, seconds)
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_CORE, 0)  # a core dump would hold the document
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def die_with_parent() -> None:
    """Linux: be killed when the thread that started us is gone; so only for children of one-threaded parents."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def shut_network() -> bool:
    """Deny sockets and new programs for good. False where the machine or kernel does not offer the filter."""
    known = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    code = _filter(*known)
    block = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(block, ctypes.c_void_p).value)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(architecture: int, denied: tuple[int, ...]) -> bytes:
    """The program: 1. a foreign architecture is denied; 2. so are the listed calls; 3. the rest passes."""
    calls = [number | extra for number in denied for extra in ((0, _X32_BIT) if architecture == 0xC000003E else (0,))]
    steps = [(_LOAD, 0, 0, _ARCH_AT), (_EQUAL, 0, len(calls) + 2, architecture), (_LOAD, 0, 0, _SYSCALL_AT)]
    steps += [(_EQUAL, len(calls) - place, 0, number) for place, number in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _address_space() -> int | None:
    """Bytes of address space in use, or None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return None


def _at_most(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (ceiling, ceiling))

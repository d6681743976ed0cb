"""The memory of a process that serves."""

import platform
import subprocess
import sys

THREADS = """
import ctypes, sys, threading
from core.kit.memory import one_heap

if sys.argv[1] == "one":
    one_heap()
library, gate = ctypes.CDLL(None), threading.Barrier(8)
library.malloc.restype = ctypes.c_void_p

def take():
    gate.wait()
    for _ in range(200):
        library.malloc(ctypes.c_size_t(2_000))
    gate.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
library.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


def test_all_threads_take_memory_from_one_heap() -> None:
    assert platform.libc_ver()[0] == "glibc", "elsewhere it does nothing, and nothing can be asked"
    told = {kind: _told(kind) for kind in ("one", "each")}
    assert told["one"].count("<heap nr=") == 1
    assert told["each"].count("<heap nr=") > 1, "else this test shows nothing"


def _told(kind: str) -> str:
    done = subprocess.run([sys.executable, "-c", THREADS, kind], capture_output=True, text=True, check=True)
    return done.stdout

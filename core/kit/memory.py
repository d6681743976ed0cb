"""The memory of a process that serves: how often the garbage collector looks, and where freed memory goes."""

import ctypes
import gc
import sys

YOUNG = 100_000  # new containers before the young ones are looked through; Python's own 700 is for scripts
MIDDLE, OLD = 20, 100  # rounds of one generation before the next older one is looked through
_M_ARENA_MAX = -8  # of glibc's malloc.h


def calm_collector() -> None:
    """Look through memory seldom, and never again at what is there now: compiled flows, models, modules.

    Rows, commands and cards come and go by the ten thousand and are freed without the collector, as they form no
    cycles; with Python's own thresholds it took about a third of the time of a message.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def one_heap() -> None:
    """All threads take memory from one heap of the C library, before the first thread starts. Linux with glibc only.

    It gives every thread a heap of its own and never moves what is free from one to the other: after 60,000 messages
    25 MiB in use stood in heaps of 50. Python's objects have their own
    memory, and the interpreter's lock leaves hardly two threads to ask at once.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries may have none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)

"""The child process that opens clients' files: ``python -m core.files.inspect``, driven over its pipes.

It imports the readers once and then, for each file, forks a process that shuts itself in, opens the file
and dies. So a file meets a fresh process with its own limits, and costs no start-up time. The parent is
`core.files.child`.

Frames in: ``{"limits": {...}}`` and the file. Frames out: ``{"ready": true}`` once, then for each file either
``{"inspection": {...}, "confined": bool}`` and the preview, or ``{"failure": "memory" | "time" | "crash"}``.
"""

import io
import logging
import os
import select
import signal
import sys
import time
import warnings
from typing import BinaryIO, Final

from PIL import Image

from core.files import frames
from core.files.confine import die_with_parent, limit_resources, shut_network
from core.files.gate import Refused, gate, kind_of, refusal
from core.files.inspection import Inspected
from core.files.limits import MIB, FileLimits
from core.files.readers.docx import read_docx
from core.files.readers.heic import read_heic
from core.files.readers.image import read_image
from core.files.readers.pdf import read_pdf

# Signals by which a library gives up when it gets no memory (PDFium aborts on purpose), and the kernel on
# time.
_MEMORY: Final = frozenset({signal.SIGABRT, signal.SIGILL, signal.SIGTRAP})
_TIME: Final = frozenset({signal.SIGXCPU, signal.SIGKILL})
_MOST_REPLY: Final = 64 * MIB


def inspect(data: bytes, limits: FileLimits) -> Inspected:
    """Open one file in this very process. Only tests call it directly: hostile files belong into the
    child."""
    refused = gate(data, limits)
    if refused is not None:
        return Inspected(refused)
    kind = kind_of(data)
    try:
        if kind == "pdf":
            return read_pdf(data, limits)
        if kind == "docx":
            return read_docx(data, limits)
        return read_heic(data, limits) if kind == "heic" else read_image(data, kind, limits)
    except Refused as no:
        return Inspected(refusal(len(data), kind, no))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer files until the parent closes the pipe."""
    replies.write(frames.pack({"ready": True}))
    replies.flush()
    while (request := frames.read(requests)) is not None:
        header, data = request
        limits = FileLimits(**header["limits"])  # type: ignore[arg-type]  # written by our own parent
        replies.write(_in_fork(data, limits))
        replies.flush()


def _in_fork(data: bytes, limits: FileLimits) -> bytes:
    """1. fork; 2. the fork shuts itself in and writes its frame into a pipe; 3. wait for it, not longer
    than allowed."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            _answer(writing, data, limits)
        finally:
            os._exit(0)
    os.close(writing)
    reply = _collect(reading, time.monotonic() + limits.check_seconds)
    os.close(reading)
    if reply is None:
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if reply is None:
        return frames.pack({"failure": "time"})
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        known = "memory" if number in _MEMORY else "time" if number in _TIME else "crash"
        return frames.pack({"failure": known})
    return reply or frames.pack({"failure": "crash"})


def _answer(writing: int, data: bytes, limits: FileLimits) -> None:
    _let_go_of_all_but(writing)
    die_with_parent()
    limit_resources(limits.check_memory_mib * MIB, limits.check_seconds)
    confined = shut_network()
    try:
        found = inspect(data, limits)
        reply = frames.pack({"inspection": found.inspection.to_json(), "confined": confined}, found.preview or b"")
    except MemoryError:
        reply = frames.pack({"failure": "memory"})
    except Exception as unforeseen:
        reply = frames.pack({"failure": "crash", "error": type(unforeseen).__name__})
    view = memoryview(reply)
    while view:
        view = view[os.write(writing, view) :]


def _let_go_of_all_but(kept: int) -> None:
    """Only one pipe is left: a file that takes over the fork can neither speak for us nor fill our log."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, kept)
    os.closerange(kept + 1, max(kept + 1, nowhere) + 256)


def _collect(reading: int, deadline: float) -> bytes | None:
    """Everything that the fork writes until it closes the pipe; None when it takes too long or sends too
    much."""
    parts: list[bytes] = []
    size = 0
    while (left := deadline - time.monotonic()) > 0 and size <= _MOST_REPLY:
        ready, _, _ = select.select([reading], [], [], left)
        if ready:
            part = os.read(reading, MIB)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
    return None


def _warm_up() -> None:
    """Open an empty page of our own: what the libraries load at their first file is then there for every fork."""
    for format in ("JPEG", "PNG"):
        page = io.BytesIO()
        Image.new("RGB", (64, 64), "white").save(page, format)
        inspect(page.getvalue(), FileLimits())


def main() -> None:
    logging.disable(logging.CRITICAL)  # the readers' libraries quote what they cannot read
    warnings.simplefilter("ignore")
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    _warm_up()
    serve(requests, replies)


if __name__ == "__main__":
    main()

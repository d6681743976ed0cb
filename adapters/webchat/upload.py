"""Reading an upload: the multipart body is counted while it comes, and the file lies encrypted before we answer."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from adapters.webchat.said import id_of, speakable
from core.files.store_port import FileStore, Stored
from core.kit.errors import Invalid, Problem, TooMuch
from core.kit.fail_points import reach

OVERHEAD = 64 * 1024  # bytes of the form around the file
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is in the store, and what came with it."""

    id: str
    stored: Stored
    name: str
    media_type: str
    caption: str
    album: str  # the page's id of files that were picked together


async def read_upload(request: Request, files: FileStore, most: int) -> Upload:
    """Raises TooMuch above `most` bytes, Invalid for what is no form with file and id, Busy when the store is full."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most + OVERHEAD:
        raise TooMuch(limit=most)
    parser = _Parser(request.headers, _counted(request.stream(), most + OVERHEAD), max_files=1, max_fields=8)
    parser.spool_max_size = most + OVERHEAD  # personal data never lies on the disk in plain
    try:
        form = await parser.parse()
    except (MultiPartException, LookupError, ValueError, AssertionError) as error:  # a charset may be nonsense, too
        raise _no_form() from error
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or len(form.multi_items()) > len(form):  # or a field is there twice
            raise _no_form()
        said_id = id_of(dict(form))
        stored = await asyncio.to_thread(_put, files, upload, most)
        reach("upload.stored")
        return Upload(
            id=said_id,
            stored=stored,
            name=speakable(upload.filename or "file")[:300],
            media_type=speakable(upload.content_type or "")[:100],
            caption=speakable(str(form.get("caption", "")))[:1000],
            album=speakable(str(form.get("album", "")))[:64],
        )
    finally:
        parser.close()


class _Parser(MultiPartParser):
    """Its own class, so that the spool size of other parsers stays as it is."""

    def close(self) -> None:
        """Let go of every part, also of one whose end never came."""
        for part in self._files_to_close_on_error:
            part.close()


def _put(files: FileStore, upload: UploadFile, most: int) -> Stored:
    return files.put(iter(lambda: upload.file.read(CHUNK), b""), most)


async def _counted(stream: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in stream:
        seen += len(chunk)
        if seen > most:
            raise TooMuch(limit=most)
        yield chunk


def _no_form() -> Invalid:
    words = {"zh-CN": "请以表单上传一个文件（字段 file）", "en": "send a form with one file in the field `file`"}
    return Invalid(problems=[Problem("/file", "upload", words)])

"""Reads the one file of a multipart form as a stream: it never lies on the disk in plain, nor whole in memory."""

from collections.abc import AsyncIterator
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from admin_api.bodies import counted
from core.kit.errors import Invalid, Problem

FIELD: Final = "file"
OVERHEAD: Final = 64 * 1024  # bytes of the form around the file
_MOST_NAME: Final = 300
_MOST_HEADER: Final = 16 * 1024  # bytes of one line; a file name may be long, it is cut


class FileForm:
    """The form of one request. Iterate `chunks` once; ``name`` is known when it has ended."""

    def __init__(self, request: Request, most: int) -> None:
        """``most``: bytes of the whole body. Raises Invalid for a body that is no form."""
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise no_form()
        self._body = counted(request, most)
        self._waiting = bytearray()
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._inside = False
        self._files = 0
        self.name = ""
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                },
                max_header_size=_MOST_HEADER,
            )
        except FormParserError as error:
            raise no_form() from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's content. Raises Invalid unless the form holds exactly one file in the field `file`."""
        try:
            async for chunk in self._body:
                self._parser.write(chunk)
                if self._waiting:
                    yield bytes(self._waiting)
                    self._waiting.clear()
            self._parser.finalize()
        except FormParserError as error:
            raise no_form() from error
        if self._files != 1:
            raise no_form()

    def _begin(self) -> None:
        self._disposition, self._inside = b"", False

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") == FIELD.encode() and b"filename" in options:
            self._files += 1
            self._inside = self._files == 1
            self.name = options[b"filename"].decode("utf-8", "replace")[:_MOST_NAME]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._waiting += data[start:end]


def no_form() -> Invalid:
    words = {
        "zh-CN": f"请以 multipart/form-data 上传一个文件，字段名为 {FIELD}",
        "en": f"send multipart/form-data with one file in the field `{FIELD}`",
    }
    return Invalid(problems=[Problem(f"/{FIELD}", "upload.form", words)])

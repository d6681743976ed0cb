"""A file from a member of staff: into the store, opened in a child process, kept or refused with a sentence."""

from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from admin_api.desk import Desk
from admin_api.multipart import FIELD, OVERHEAD, FileForm
from core.commands.documents import KeepFile
from core.files.inspection import Inspection
from core.files.quota import QUOTA, over_quota, used_by
from core.files.scan import ScannerDown, scanned
from core.files.sniff import MEDIA_TYPES
from core.files.store_port import FileStore, Stored
from core.files.verdicts import verdict_words
from core.kit.errors import Busy, Invalid, Problem, TooMuch

UNKNOWN_TYPE: Final = "application/octet-stream"
SCANNER_SECONDS: Final = 30  # until the same upload may find the scanner awake


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies in the store and was not looked at yet."""

    stored: Stored
    name: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was taken: what was found in it, and its preview in the store, if it has one."""

    upload: Upload
    inspection: Inspection
    preview: str

    def kept_for(self, client_id: int) -> KeepFile:
        """The command that remembers it."""
        stored = self.upload.stored
        return KeepFile(
            name=self.upload.name,
            media_type=UNKNOWN_TYPE if self.inspection.kind is None else MEDIA_TYPES[self.inspection.kind],
            size=stored.size,
            sha256=stored.sha256,
            handle=stored.handle,
            preview_handle=self.preview,
            client_id=client_id,
            inspection=self.inspection.to_json(),
        )


async def received(request: Request) -> Upload:
    """Dependency: stream the form's file into the store. Raises TooMuch, Invalid; then nothing is kept."""
    desk: Desk = request.state.desk
    most = desk.parts.limits.upload_bytes
    try:
        form = FileForm(request, most + OVERHEAD)
        stored = await desk.parts.files.put_stream(form.chunks(), most)
    except TooMuch as error:
        announced = request.headers.get("content-length", "")
        size = int(announced) if announced.isdigit() else most + 1
        words = verdict_words("too_large", {"size": size, "limit": most})
        raise TooMuch(problems=[Problem(f"/{FIELD}", "file.too_large", words)]) from error
    if desk.once is not None:
        try:
            await run_in_threadpool(desk.once.about, stored.sha256.encode(), (form.name or FIELD).encode())
        except BaseException:  # it was answered before: the same file lies there already
            forget(desk.parts.files, stored.handle)
            raise
    return Upload(stored, form.name or FIELD)


def look_at(desk: Desk, upload: Upload) -> Looked:
    """Open the file in the child process. Raises Invalid with the verdict's sentence; then nothing is kept."""
    files = desk.parts.files
    try:
        data = files.read(upload.stored.handle)
        inspected = scanned(desk.parts.scanner, data, desk.parts.inspector.inspect(data))
        inspection = inspected.inspection
        if not inspection.ok:
            problem = Problem(f"/{FIELD}", f"file.{inspection.verdict}", dict(inspection.words))
            raise Invalid(problems=[problem])
        preview = inspected.preview
        handle = "" if preview is None else files.put([preview], desk.parts.limits.upload_bytes).handle
    except ScannerDown as down:  # whoever holds the file can send it again
        forget(files, upload.stored.handle)
        raise Busy(reason="scanner", retry_after=SCANNER_SECONDS) from down
    except BaseException:
        forget(files, upload.stored.handle)
        raise
    return Looked(upload, inspection, handle)


def check_room(desk: Desk, client_id: int, upload: Upload) -> None:
    """Raises Invalid when the client has no room left for it; then nothing is kept."""
    limit, size = desk.parts.limits.client_bytes, upload.stored.size
    with desk.look() as reader:
        used = used_by(reader, client_id)
    if used + size > limit:
        forget(desk.parts.files, upload.stored.handle)
        raise Invalid(problems=[Problem(f"/{FIELD}", f"file.{QUOTA}", over_quota(size, used, limit).words)])


def forget(files: FileStore, *handles: str) -> None:
    """Erase what no row will ever name."""
    for handle in handles:
        if handle:
            files.delete(handle)

"""Handler of the files' room: keep what the store holds and what its inspection found."""

from core.bus.deed import Deed
from core.commands.documents import KeepFile
from core.files.tables import file


def keep_file(command: KeepFile, deed: Deed) -> int:
    """Returns the file's id. A client's file is unplaced until it becomes part of a document."""
    row = deed.uow.add(
        file,
        client_id=command.client_id,
        name=command.name,
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        handle=command.handle,
        preview_handle=command.preview_handle,
        inspection=command.inspection,
        kept_at=deed.now,
        unplaced=command.client_id is not None and command.inspection.get("verdict") == "ok",
    )
    return int(row["id"])

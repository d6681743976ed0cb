"""Handler of the files' room: keep what the store holds and what its inspection found."""

from core.bus.deed import Deed
from core.commands.documents import KeepFile
from core.files.tables import file
from core.kit.crypto import Vault
from core.store.sealing import Row


def keep_file(command: KeepFile, deed: Deed) -> int:
    """Returns the file's id. A client's file is unplaced until it becomes part of a document.

    Content that the same client has sent before keeps its first place in the store. The row says where: what the
    caller has stored under another handle is spare (`spare_of`).
    """
    digest, twin = None, None
    if command.client_id is not None and command.handle:
        deed.uow.need(client_files(command.client_id))
        value, vault = _content(command.client_id, command.sha256), deed.uow.pending.sealing.vault
        digest = blind_of(vault, command.client_id, command.sha256)
        known = (deed.uow.first(file, digest=each) for each in vault.blind_candidates("file.digest", value))
        twin = next((row for row in known if row is not None), None)
    row = deed.uow.add(
        file,
        client_id=command.client_id,
        name=command.name,
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        handle=command.handle if twin is None else twin["handle"],
        preview_handle=command.preview_handle if twin is None else twin["preview_handle"] or command.preview_handle,
        inspection=command.inspection,
        kept_at=deed.now,
        digest=digest,
        unplaced=command.client_id is not None and command.inspection.get("verdict") == "ok",
    )
    return int(row["id"])


def blind_of(vault: Vault, client_id: int, sha256: str) -> bytes:
    """The blind index of what a client has sent."""
    return vault.blind_index("file.digest", _content(client_id, sha256))


def _content(client_id: int, sha256: str) -> str:
    return f"{client_id}:{sha256}"


def client_files(client_id: int) -> str:
    """The lock key of a client's files: two uploads of one content at once are kept once, too."""
    return f"files:{client_id}"


def spare_of(kept: Row, *stored: str) -> list[str]:
    """Those of the handles that the kept file does not name: nobody needs them."""
    return [handle for handle in stored if handle and handle not in (kept["handle"], kept["preview_handle"])]

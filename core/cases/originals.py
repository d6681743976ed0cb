"""Originals: who asks for one stands in the audit; the door that was asked gives it out."""

from core.bus.deed import Deed
from core.cases.tables import document_version
from core.commands.documents import OpenOriginal
from core.kit.errors import NotAllowed


def open_original(command: OpenOriginal, deed: Deed) -> int:
    """Returns the version's id. Raises NotAllowed for a client: he has the original himself."""
    if deed.actor.kind != "staff":
        raise NotAllowed(permission=command.permission)
    return int(deed.uow.get(document_version, command.version_id)["id"])

"""What an upload link opens now: it is looked at again at every use, so that closing the case ends it at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalog.catalogue import Catalogue
from core.clients.guardians import guardians_of
from core.clients.service import identity_of
from core.clients.tables import client
from core.conversations.tables import conversation
from core.engine.checklist import DONE
from core.files.links import Opening
from core.kit.errors import NotFound, Stale
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.checklist_view import checklist


@dataclass(frozen=True, slots=True)
class OpeningView:
    """Whose chat hears of the files, and for which item they are."""

    chat: Row
    language: str
    item: Mapping[str, str] | None  # its name, None: for whatever the files turn out to be
    accept: tuple[str, ...]  # kinds that the item takes; empty without one


def opening_view(lookup: Lookup, catalogue: Catalogue, opening: Opening) -> OpeningView:
    """Raises NotFound for what is gone or is not this client's any more, Stale when the case is closed or the item
    decided."""
    chat, person = lookup.peek(conversation, opening.conversation_id), lookup.peek(client, opening.client_id)
    if chat is None or person is None:
        raise NotFound(thing="link", reason="link")
    account = identity_of(lookup, chat["channel"], chat["account"], chat["chat"])
    if account is None or account["client_id"] != person["id"]:
        raise NotFound(thing="link", reason="link")
    view = case_view(lookup, catalogue, opening.case_id)
    if person["id"] not in (view.row["client_id"], *guardians_of(lookup, view.row["client_id"])):
        raise NotFound(thing="link", reason="link")
    if view.row["state"] != "open":
        raise Stale(reason="upload_link")
    if not opening.item_id:
        return OpeningView(chat, person["language"], None, ())
    rows = checklist(lookup, view.compiled, opening.case_id)
    wanted = next((each for each in rows if each.row["id"] == opening.item_id), None)
    if wanted is None:
        raise NotFound(thing="link", reason="link")
    if wanted.row["status"] in DONE:
        raise Stale(reason="upload_link")
    return OpeningView(chat, person["language"], wanted.item.name, tuple(wanted.item.accept))

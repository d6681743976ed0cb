"""Tags of a client: at most 20 short words, found by a blind index, kept sealed like everything about a person."""

from core.bus.deed import Deed
from core.clients.tables import client_tag
from core.commands.desk import TagClient, UntagClient
from core.engine.text import one_form as one_form  # of a tag, for whoever compares some
from core.events.desk import ClientTagged, ClientUntagged
from core.kit.crypto import Vault
from core.kit.errors import Invalid, NotFound, Problem
from core.store.locks import case_key
from core.store.reading import Lookup
from core.store.sealing import Row

MOST = 20
LONGEST = 20


def tag_client(command: TagClient, deed: Deed) -> None:
    """A tag that is there already changes nothing. Raises Invalid for a word that is no tag, and for one too many."""
    tag = written(command.tag)
    if not 1 <= len(tag) <= LONGEST:
        raise _invalid("client.tag", f"标签为 1 到 {LONGEST} 个字", f"a tag has 1 to {LONGEST} characters")
    cases, there = _cases(deed, command.client_id), _known(deed, command.client_id, tag)
    if there is not None and there["removed_at"] is None:
        return
    if len(tags_of(deed.uow, command.client_id)) >= MOST:
        raise _invalid("client.tags_full", f"一位客户最多 {MOST} 个标签", f"a client has at most {MOST} tags")
    by = {"by_id": deed.actor.id if deed.actor.kind == "staff" else None, "at": deed.now}
    if there is not None:
        deed.uow.change(client_tag, there["id"], tag=tag, removed_at=None, **by)
    else:
        index = blind_of(deed.uow.pending.sealing.vault, tag)
        deed.uow.add(client_tag, client_id=command.client_id, tag=tag, tag_index=index, **by)
    for case_id in cases or (None,):
        deed.emit(ClientTagged(case_id=case_id, client_id=command.client_id, tag=tag))


def untag_client(command: UntagClient, deed: Deed) -> None:
    """Raises NotFound for a tag that the client does not carry."""
    cases, there = _cases(deed, command.client_id), _known(deed, command.client_id, written(command.tag))
    if there is None or there["removed_at"] is not None:
        raise NotFound(thing="tag", reason="tag")
    deed.uow.change(client_tag, there["id"], removed_at=deed.now)
    for case_id in cases or (None,):
        deed.emit(ClientUntagged(case_id=case_id, client_id=command.client_id, tag=there["tag"]))


def tags_of(lookup: Lookup, client_id: int) -> list[str]:
    """In the order in which they were put on."""
    return [str(row["tag"]) for row in lookup.find(client_tag, client_id=client_id, removed_at=None)]


def tagged(lookup: Lookup, vault: Vault, tag: str, limit: int) -> list[int]:
    """Ids of clients who carry this tag, those tagged last first, whichever key was the primary one then."""
    found: list[Row] = []
    for index in vault.blind_candidates("client_tag.tag", one_form(written(tag))):
        found += lookup.find(client_tag, tag_index=index, removed_at=None, order=client_tag.c.id.desc(), limit=limit)
    return [int(row["client_id"]) for row in found]


def written(tag: str) -> str:
    """As it is shown: one line, no blanks around, no # before."""
    return " ".join(tag.split()).lstrip("#＃").strip()


def blind_of(vault: Vault, tag: str) -> bytes:
    """The blind index of a tag as it is kept."""
    return vault.blind_index("client_tag.tag", one_form(tag))


def _known(deed: Deed, client_id: int, tag: str) -> Row | None:
    """The row of this tag, also of one that was taken off."""
    same = one_form(tag)
    return next((row for row in deed.uow.find(client_tag, client_id=client_id) if one_form(row["tag"]) == same), None)


def _cases(deed: Deed, client_id: int) -> list[int]:
    """The client's open cases, locked: their timelines tell of it."""
    cases: list[int] = list(deed.tool("open_cases")(deed.uow, client_id))
    deed.uow.need(*map(case_key, cases))
    return cases


def _invalid(code: str, zh: str, en: str) -> Invalid:
    return Invalid(problems=[Problem("/tag", code, {"zh-CN": zh, "en": en})])

"""Looking ahead: what a group of updates or cards is going to ask of the database, asked for all of them at once.

Nothing is decided here. Whatever is missing is asked later by whoever needs it, one question at a time.
"""

from collections.abc import Iterable

from core.cases.tables import applicant, case, document_version, item, stage_span
from core.channel.inbound import ButtonPress, FileArrived, Inbound
from core.clients.tables import client, client_identity
from core.conversations.tables import conversation
from core.files.tables import file
from core.ledger.tables import button, outbox
from core.staff.tables import staff, staff_identity
from core.store.reading import Lookup, Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

WORTH = 4  # updates or cards; for fewer, asking ahead costs more than it saves


def look_ahead(uow: UnitOfWork, arrived: list[Inbound]) -> None:
    """Who writes, their chats, the cases that are talked about, and what the handlers read of those."""
    if len(arrived) < WORTH:
        return
    chats = uow.preload(conversation, "key", {each.address.key for each in arrived})
    senders = {each.sender for each in arrived}
    members = {row["staff_id"] for row in uow.preload(staff_identity, "external_id", senders)}
    people = {row["client_id"] for row in uow.preload(client_identity, "external_id", senders)}
    uow.preload(file, "id", {each.file_id for each in arrived if isinstance(each, FileArrived) and each.file_id})
    pressed = uow.preload(
        button, "token", {each.token for each in arrived if isinstance(each, ButtonPress) and each.token.isprintable()}
    )
    uow.preload(outbox, "card", {row["card"] for row in pressed})
    talked_about = _known({row["case_id"] for row in (*chats, *pressed)})
    cases = uow.preload(case, "id", talked_about) + uow.preload(case, "client_id", people)
    _papers(uow, cases)
    uow.preload(staff, "id", members | {member for row in cases for member in row["team"].values()})
    uow.preload(client, "id", people | {row["client_id"] for row in cases})
    uow.preload(conversation, "client_id", {row["client_id"] for row in cases})
    uow.preload(conversation, "staff_id", {member for row in cases for member in row["team"].values()})


def look_ahead_to_draw(reader: Reader, notices: list[Row]) -> None:
    """What the cards of these notices show: people, cases with their papers and stages, buttons."""
    if len(notices) < WORTH:
        return
    reader.preload(button, "token", {token for row in notices for token in row["notice"]["tokens"]})
    cases = reader.preload(case, "id", _known({row["notice"]["subject"].get("case") for row in notices}))
    _papers(reader, cases)
    reader.preload(stage_span, "case_id", {row["id"] for row in cases})
    members = {row["person_id"] for row in notices if row["person_kind"] == "staff"}
    reader.preload(staff, "id", members | {member for row in cases for member in row["team"].values()})
    people = {row["person_id"] for row in notices if row["person_kind"] == "client"}
    reader.preload(client, "id", people | {row["client_id"] for row in cases})


def _papers(lookup: Lookup, cases: list[Row]) -> None:
    wanted = {row["id"] for row in cases if row["state"] == "open"}
    for table in (applicant, item, document_version):
        lookup.preload(table, "case_id", wanted)


def _known(ids: Iterable[int | None]) -> set[int]:
    return {each for each in ids if each is not None}

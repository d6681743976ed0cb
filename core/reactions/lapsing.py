"""What follows when a paper stops being good: it is looked at again whenever something moves that it is held against,
the client is asked for a new one in words, and whoever works on the case hears of it."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case, document_version
from core.catalog.settings import manners_of
from core.clients.tables import client
from core.commands.command import Command
from core.commands.lapsing import CheckPapers
from core.commands.work import Notify
from core.events.happened import DocumentApproved, DocumentWithdrawn, FieldSet, StageEntered
from core.events.lapsing import DocumentDiffers, DocumentLapsed, DocumentRestored, LapseAhead
from core.events.migrating import CaseMigrated
from core.events.today import DayWorkedOut
from core.files.checks.lapsing import looks_at
from core.ledger import timers
from core.ledger.tables import timer
from core.reactions.documents import redrawn, reviewer_of
from core.store.sealing import Row


def look_again(
    event: FieldSet | DayWorkedOut | StageEntered | DocumentApproved | DocumentWithdrawn | CaseMigrated, deed: Deed
) -> Iterator[Command]:
    """Only where the flow has something that could change by this."""
    row = deed.uow.get(case, event.case_id or 0)
    flow = compiled_of(deed, row).flow
    if isinstance(event, FieldSet | DayWorkedOut):
        concerned = any(looks_at(each.checks) & set(event.fields) for each in flow.items)
    else:
        concerned = any(each.lapses_before is not None for each in flow.items) or isinstance(event, CaseMigrated)
    if concerned:
        yield CheckPapers(case_id=row["id"])


def tell_lapsed(event: DocumentLapsed, deed: Deed) -> Iterator[Command]:
    """The client at once when something was changed; when a day has passed, not before the quiet hours end."""
    version = deed.uow.get(document_version, event.version_id)
    row = deed.uow.get(case, version["case_id"])
    yield from redrawn(version)
    told = _to_client("lapsed", row, version)
    at = manners_of(deed).quiet.after(deed.now, _zone(row, deed)) if event.by_day else deed.now
    if at > deed.now:
        timers.plan(deed.uow, _key(version), at, told, case_id=row["id"], scope="told")
    else:
        yield told
    yield from _to_staff("lapsed", row, version, deed)


def tell_restored(event: DocumentRestored, deed: Deed) -> Iterator[Command]:
    """Nobody is told of a lapse that is over before he heard of it."""
    version = deed.uow.get(document_version, event.version_id)
    row = deed.uow.get(case, version["case_id"])
    yield from redrawn(version)
    if deed.uow.first(timer, key=_key(version), state="waiting") is None:
        yield _to_client("restored", row, version)
    timers.cancel_key(deed.uow, _key(version))
    yield from _to_staff("restored", row, version, deed)


def tell_differs(event: DocumentDiffers, deed: Deed) -> Iterator[Command]:
    """Of a paper that waits for its review the client hears at once, before anybody looks; of an approved one that does
    not lapse by itself staff decide."""
    version = deed.uow.get(document_version, event.version_id)
    row = deed.uow.get(case, version["case_id"])
    yield from redrawn(version)
    if event.approved:
        yield from _to_staff("differs", row, version, deed)
    else:
        yield _to_client("differs", row, version)


def warn(event: LapseAhead, deed: Deed) -> Iterator[Command]:
    version = deed.uow.get(document_version, event.version_id)
    yield from _to_staff("ahead", deed.uow.get(case, version["case_id"]), version, deed, event.last)


def _to_client(notice: str, row: Row, version: Row) -> Notify:
    subject = {"case": row["id"], "version": version["id"]}
    return Notify(to="client", person_id=row["client_id"], notice=notice, subject=subject)


def _to_staff(what: str, row: Row, version: Row, deed: Deed, last: str = "") -> Iterator[Command]:
    """The reviewer, and whoever answers for the stage if that is somebody else."""
    owner = row["team"].get(compiled_of(deed, row).flow.stage(row["stage"]).owner)
    people = dict.fromkeys(each for each in (reviewer_of(row, deed), owner) if each is not None)
    for person in people:
        yield Notify(
            to="staff",
            person_id=person,
            notice="paper",
            subject={"case": row["id"], "version": version["id"]},
            params={"what": what, "last": last},
            as_=tuple(role for role, each in row["team"].items() if each == person),
        )


def _key(version: Row) -> str:
    return f"lapse_told:{version['id']}"


def _zone(row: Row, deed: Deed) -> ZoneInfo:
    own = deed.uow.get(client, row["client_id"])["zone"]
    zone: ZoneInfo = deed.tool("zone")
    return zone if own is None else ZoneInfo(own)

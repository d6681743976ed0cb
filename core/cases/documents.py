"""Documents: a file becomes the newest version of a checklist item. Nothing that was sent is ever overwritten."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.bus.deed import Deed
from core.cases.checklist import check_not_dropped, completion_of, current_version, tell_if_complete
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import applicant, case, document_file, document_version, item
from core.commands.documents import ShowItem, SubmitDocument, WaiveItem
from core.engine.checklist import move
from core.engine.flow import Item
from core.engine.machine import CompiledFlow
from core.events.happened import DocumentSubmitted, ItemWaived
from core.files.checks.lapsing import not_past
from core.files.checks.mrz import PERSONAL
from core.files.checks.run import run_checks
from core.files.checks.virus import virus
from core.files.inspection import together
from core.files.tables import file
from core.files.verdicts import verdict_words
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem, Refusal, Stale
from core.kit.settings import MIB
from core.ledger.buttons import close_card
from core.store.reading import Lookup
from core.store.sealing import Row


class SameFile(Refusal):
    """The newest version is this very file: nothing to do."""

    code, status = "same_file", 409


def submit_document(command: SubmitDocument, deed: Deed) -> int:
    """Returns the version's id; it is partial, and the item stays with the client, while `min_files` is not reached.

    Raises SameFile for an identical re-upload (no version is made), NotPossibleNow when the case is closed or the item
    does not wait for a document any more, Invalid when kind or size do not fit the item.
    """
    uow = deed.uow
    wanted, kept = uow.get(item, command.item_id), uow.get(file, command.file_id)
    row = uow.get(case, wanted["case_id"])
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    check_not_dropped(wanted)
    if not usable(row, kept, deed):
        raise NotFound(thing="file", id=kept["id"])  # what another client has sent does not exist here
    check_format(compiled_of(deed, row).flow.item(wanted["key"]), kept)
    move(wanted["status"], "submit")  # raises when nothing is waited for
    current = current_version(uow, wanted)
    if (
        current is not None
        and current["status"] not in ("rejected", "waived", "lapsed")
        and holds(uow, current, kept["sha256"])
    ):
        raise SameFile(item=wanted["key"])
    version = _add_version(row, wanted, kept, deed, command.sent)
    uow.change(file, kept["id"], unplaced=False)
    if compiled_of(deed, row).flow.item(wanted["key"]).proof:
        uow.change(file, kept["id"], retention="proof")  # shows what the agency did: kept longer than what it was given
    if current is not None and current["status"] in ("submitted", "partial"):
        left = "replaced" if current["status"] == "submitted" else "withdrawn"  # one that was not whole never counted
        uow.change(document_version, current["id"], status=left)
        for card in review_cards(current):
            close_card(uow, card)
    uow.change(item, wanted["id"], versions=version["n"], current_id=version["id"])
    if version["status"] == "submitted":
        settle_submitted(row, wanted, version, deed)
    return int(version["id"])


def holds(lookup: Lookup, version: Row, sha256: str) -> bool:
    """Whether one of the version's files is this very file."""
    return version["sha256"] == sha256 or any(
        each["sha256"] == sha256 for each in lookup.find(document_file, version_id=version["id"])
    )


def usable(row: Row, kept: Row, deed: Deed) -> bool:
    """Whether the file may become part of this case: the client's own, staff's, or one that the actor himself sent."""
    mine = deed.actor.id if deed.actor.kind == "client" else None
    return kept["client_id"] in (None, row["client_id"], mine)


def settle_submitted(row: Row, wanted: Row, version: Row, deed: Deed) -> None:
    """The version is whole: its item waits for the reviewer from now on."""
    deed.uow.change(item, wanted["id"], status=move(wanted["status"], "submit"), status_at=deed.now)
    submitted = DocumentSubmitted(
        case_id=row["id"],
        item_id=wanted["id"],
        item=wanted["key"],
        version_id=version["id"],
        version=version["n"],
        file_id=version["file_id"],
        sha256=version["sha256"],
        channel=deed.cause.channel,
    )
    deed.emit(submitted)


def _add_version(row: Row, wanted: Row, kept: Row, deed: Deed, sent: int) -> Row:
    """The version with who sent it, through which channel, and what the checks find."""
    return deed.uow.add(
        document_version,
        item_id=wanted["id"],
        case_id=row["id"],
        n=wanted["versions"] + 1,
        file_id=kept["id"],
        sent=sent,
        sha256=kept["sha256"],
        by_kind=deed.actor.kind,
        by_id=deed.actor.id,
        channel=deed.cause.channel,
        at=deed.now,
        status="partial" if compiled_of(deed, row).flow.item(wanted["key"]).min_files > 1 else "submitted",
        findings=findings_of(row, wanted, [kept], {}, [], deed),
        ticks=[],
        dates={},
    )


def check_format(wanted: Item, kept: Row) -> None:
    """Raises Invalid when the file's kind or size is not what the item asks for."""
    problems, limit = [], wanted.max_mb * MIB
    if kept["inspection"]["kind"] not in wanted.accept:
        words = verdict_words("not_for_item", {"seen": kept["inspection"]["seen"]}, wanted.accept)
        problems.append(Problem("/file_id", "document.kind", words))
    if kept["size"] > limit:
        words = verdict_words("too_large", {"size": kept["size"], "limit": limit})
        problems.append(Problem("/file_id", "document.size", words))
    if problems:
        raise Invalid(problems=problems)


def show_item(command: ShowItem, deed: Deed) -> int:
    """Returns the item's id; the chat in which it was tapped shows it. Raises NotAllowed for anybody but the client,
    NotPossibleNow for an item that is not asked any more."""
    if deed.actor.kind != "client":
        raise NotAllowed(permission=command.permission)
    wanted = deed.uow.get(item, command.item_id)
    check_not_dropped(wanted)
    return int(wanted["id"])


def waive_item(command: WaiveItem, deed: Deed) -> None:
    """Whatever was sent stays; a version that nobody has decided on yet is settled with its item, so that no review of
    it goes on. Says who decided and why. Raises NotPossibleNow when the case is closed.
    """
    uow = deed.uow
    wanted = uow.get(item, command.item_id)
    row = uow.get(case, wanted["case_id"])
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    check_not_dropped(wanted)
    status = move(wanted["status"], "waive", command.reason)
    before = completion_of(compiled_of(deed, row), uow, row)
    uow.change(item, wanted["id"], status=status, status_at=deed.now, words=command.reason)
    waived = ItemWaived(
        case_id=row["id"],
        item_id=wanted["id"],
        item=wanted["key"],
        reason=command.reason,
        version_id=_no_longer_wanted(wanted, deed),
    )
    deed.emit(waived)
    tell_if_complete(row, before, deed)


def _no_longer_wanted(wanted: Row, deed: Deed) -> int | None:
    """The id of the version that waited for more files or for its review; it waits no more."""
    version = current_version(deed.uow, wanted)
    if version is None or version["status"] not in ("submitted", "partial"):
        return None
    deed.uow.change(document_version, version["id"], status="waived")
    return int(version["id"])


def findings_of(
    row: Row, wanted: Row, kept: Sequence[Row], dates: dict[str, str], ticks: list[str], deed: Deed
) -> list[dict[str, object]]:
    """What the item's checks say about these files, given the case's dates and what the reviewer has confirmed."""
    compiled = compiled_of(deed, row)
    checks, today = compiled.flow.item(wanted["key"]).checks, today_of(compiled, deed)
    facts = check_facts(compiled, row, wanted, today)
    person = None if wanted["applicant_id"] is None else deed.uow.peek(applicant, wanted["applicant_id"])
    if person is not None:
        facts["applicant.name"] = person["name"]
        if person["position"]:  # what the case says of a person is said of the main applicant
            facts = {name: value for name, value in facts.items() if name not in PERSONAL}
    seen = together([each["inspection"] for each in kept])
    found = run_checks([check.model_dump(mode="json") for check in checks], seen, facts, dates, ticks, today)
    return [finding.model_dump(mode="json") for finding in (*found, virus(seen))]


def today_of(compiled: CompiledFlow, deed: Deed) -> date:
    """The day that it is where the flow's office is."""
    return deed.now.astimezone(calendar_of(deed, compiled).zone).date()


def check_facts(compiled: CompiledFlow, row: Row, wanted: Row, today: date) -> dict[str, object]:
    """The case's fields as an item's checks compare them: money as a decimal text in major units, and while the paper
    may still lapse no planned day that has gone by."""
    flow, fields = compiled.flow, row["fields"]
    facts = {f"case.{name}": value for name, value in fields.items()}
    money = [field.key for field in flow.fields if field.type == "money" and isinstance(fields.get(field.key), int)]
    facts |= {f"case.{key}": _major(fields[key]) for key in money}
    spec = flow.item(wanted["key"])
    return not_past(spec.checks, facts, today) if flow.may_lapse(spec, row["stage"]) else facts


def _major(minor: int) -> str:
    return f"{minor // 100}" if minor % 100 == 0 else f"{Decimal(minor) / 100:.2f}"


def ended(version: Row) -> Refusal | None:
    """Why a version that nobody has decided on is not to be decided; None for one that is decided, or waits for it."""
    match version["status"]:
        case "replaced":
            return Stale(reason="newer_version")
        case "withdrawn" | "waived" | "lapsed":
            return Stale(reason=version["status"])
        case "dropped":
            return NotPossibleNow(reason="item_dropped")
        case "partial":
            return NotPossibleNow(reason="partial")
    return None


def review_card(version_id: int) -> str:
    """The key under which every copy of a version's review card is known."""
    return f"review:{version_id}"


def review_cards(version: Row) -> tuple[str, ...]:
    """The keys of all of them: a colleague who was asked for a second look has a card of his own, so that what closes
    with the first reviewer's press stays open for him."""
    first = review_card(version["id"])
    return (first,) if version["second_id"] is None else (first, f"second:{version['id']}")


def card_of_reviewer(version: Row, staff_id: int) -> str:
    """The key of the card on which this person decides."""
    return review_cards(version)[-1 if staff_id == version["second_id"] else 0]

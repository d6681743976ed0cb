"""Review: approve or reject one version, once, with the checks that only a person can make."""

from typing import Any

from core.bus.deed import Deed
from core.cases.checklist import completion_of, tell_if_complete
from core.cases.documents import ended, findings_of
from core.cases.pages import count_of, files_of
from core.cases.second_look import first_of_two, waits_for
from core.cases.stages import compiled_of
from core.cases.tables import case, document_version, item
from core.commands.documents import AskDate, GiveDate, OfferReasons, ReviewDocument, TickCheck
from core.engine.checklist import move
from core.engine.machine import CompiledFlow
from core.events.happened import DateAsked, DocumentApproved, DocumentRejected, FindingsChanged, ReasonsAsked
from core.kit.errors import AlreadyDecided, Invalid, NotAllowed, NotPossibleNow, Problem, Stale
from core.store.sealing import Row

DATE_NAMES = ("issued", "expires", "from", "to")


def review_document(command: ReviewDocument, deed: Deed) -> None:
    """Decide on the newest version. Raises AlreadyDecided, Stale, NotPossibleNow (ticks are missing), Invalid,
    NotAllowed for an approval of one's own upload where another person must look first.

    The first approval of a version that two people decide on is recorded and decides nothing. A decision settles the
    version by a conditional update, so that of two reviewers exactly one decides.
    """
    version = undecided(deed, command.version_id)
    wanted, row = deed.uow.get(item, version["item_id"]), deed.uow.get(case, version["case_id"])
    if command.files is not None and command.files != count_of(deed.uow, version):
        raise Stale(reason="more_files")
    if command.decision == "approved":
        missing = missing_ticks(version, command.ticks)
        if missing:
            raise NotPossibleNow(reason="ticks", ticks=missing)
        _check_uploader(version, deed)
        if first_of_two(version, deed):
            return
        status = move(wanted["status"], "approve")
    else:
        _check_reason(command, compiled_of(deed, row))
        status = move(wanted["status"], "reject", command.reason)
    before = completion_of(compiled_of(deed, row), deed.uow, row)
    if not deed.uow.settle(document_version, version["id"], {"status": "submitted"}, **_decision(command, deed)):
        raise _decided(deed, version["id"])
    deed.uow.change(
        document_version,
        version["id"],
        reason=command.reason or None,
        words=command.words or None,
        note=command.note or None,
        ticks=sorted({*version["ticks"], *command.ticks}),
    )
    rejected = command.decision == "rejected"
    deed.uow.change(
        item,
        wanted["id"],
        status=status,
        status_at=deed.now,
        reason=command.reason if rejected else None,
        words=command.words if rejected else None,
    )
    _tell(command, row, wanted, version, deed)
    tell_if_complete(row, before, deed)


def _decision(command: ReviewDocument, deed: Deed) -> dict[str, Any]:
    """What it is, and who took it when; for whom, if he stood in."""
    by = {"reviewed_by": deed.actor.id, "reviewed_for": deed.actor.behalf or None}
    return {"status": command.decision, "reviewed_at": deed.now, **by}


def _check_uploader(version: Row, deed: Deed) -> None:
    """Whoever uploaded the version for the client does not approve it in a colleague's place, nor as the first of two:
    when it is his turn, somebody else has looked at it."""
    if (version["by_kind"], version["by_id"]) != ("staff", deed.actor.id):
        return
    if deed.actor.behalf or len(waits_for(version)) > 1:
        raise NotAllowed(reason="own_upload")


def _tell(command: ReviewDocument, row: Row, wanted: Row, version: Row, deed: Deed) -> None:
    told = {
        "case_id": row["id"],
        "item_id": wanted["id"],
        "item": wanted["key"],
        "version_id": version["id"],
        "version": version["n"],
        "sha256": version["sha256"],
        "channel": deed.cause.channel,
    }
    if command.decision == "approved":
        deed.emit(DocumentApproved(**told))
    else:
        deed.emit(DocumentRejected(**told, reason=command.reason, words=command.words))


def tick_check(command: TickCheck, deed: Deed) -> None:
    """Ticking the same check again changes nothing. Raises NotPossibleNow for a check that nobody asked for."""
    version = undecided(deed, command.version_id)
    if command.check not in {finding["check"] for finding in version["findings"] if finding["outcome"] == "tick"}:
        if command.check in version["ticks"]:
            return
        raise NotPossibleNow(reason="no_tick")
    _look_again(version, {**version["dates"]}, [*version["ticks"], command.check], deed)


def give_date(command: GiveDate, deed: Deed) -> None:
    """Raises Invalid for a name that no check knows."""
    if command.name not in DATE_NAMES:
        words = {"zh-CN": f"日期只能是 {DATE_NAMES}", "en": f"a date is one of {DATE_NAMES}"}
        raise Invalid(problems=[Problem("/name", "document.date", words)])
    version = undecided(deed, command.version_id)
    dates = {**version["dates"], command.name: command.value.isoformat()}
    _look_again(version, dates, list(version["ticks"]), deed)


def ask_date(command: AskDate, deed: Deed) -> None:
    """The next words of this member of staff are the date."""
    version = undecided(deed, command.version_id)
    asked = DateAsked(case_id=version["case_id"], version_id=version["id"], staff_id=deed.actor.id, name=command.name)
    deed.emit(asked)


def needed_dates(version: Row) -> list[str]:
    """Names of the dates that the version's checks wait for."""
    wanted = [name for finding in version["findings"] for name in finding["params"].get("needs", ())]
    return [name for name in dict.fromkeys(wanted) if name not in version["dates"]]


def offer_reasons(command: OfferReasons, deed: Deed) -> None:
    """The flow's reasons come as buttons on a card of their own."""
    version = undecided(deed, command.version_id)
    deed.emit(ReasonsAsked(case_id=version["case_id"], version_id=version["id"], staff_id=deed.actor.id))


def missing_ticks(version: Row, given: tuple[str, ...] = ()) -> list[str]:
    """Names of the checks that a person still has to confirm."""
    wanted = [finding["check"] for finding in version["findings"] if finding["outcome"] == "tick"]
    return [check for check in wanted if check not in version["ticks"] and check not in given]


def _look_again(version: Row, dates: dict[str, str], ticks: list[str], deed: Deed) -> None:
    wanted, row = deed.uow.get(item, version["item_id"]), deed.uow.get(case, version["case_id"])
    findings = findings_of(row, wanted, files_of(deed.uow, version), dates, ticks, deed)
    deed.uow.change(document_version, version["id"], findings=findings, ticks=ticks, dates=dates)
    deed.emit(FindingsChanged(case_id=row["id"], version_id=version["id"]))


def undecided(deed: Deed, version_id: int) -> Row:
    """A version that waits for a decision, of an open case. Raises AlreadyDecided, Stale, NotPossibleNow."""
    version = deed.uow.get(document_version, version_id)
    if version["status"] == "submitted":
        if deed.uow.get(case, version["case_id"])["state"] != "open":
            raise NotPossibleNow(reason="closed")
        return version
    raise ended(version) or _decided(deed, version_id)


def _decided(deed: Deed, version_id: int) -> AlreadyDecided:
    return decided(deed.uow.find(document_version, id=version_id)[0])


def decided(version: Row) -> AlreadyDecided:
    """Who decided what on this version, and when."""
    by = {"who_kind": "staff", "who": version["reviewed_by"], "when": version["reviewed_at"]}
    return AlreadyDecided(reason=version["status"], version=version["n"], decision=version["status"], **by)


def _check_reason(command: ReviewDocument, compiled: CompiledFlow) -> None:
    known = [reason.key for reason in compiled.flow.reasons]
    if command.reason not in known:
        words = {
            "zh-CN": f"退回需要原因，可选：{'、'.join(known)}",
            "en": f"a rejection needs a reason; known: {', '.join(known)}",
        }
        raise Invalid(problems=[Problem("/reason", "document.reason", words)])
    if command.reason == "other" and not command.words.strip():
        words = {"zh-CN": "选择“其他”时请写明原因", "en": "with “other”, say why in `words`"}
        raise Invalid(problems=[Problem("/words", "document.reason_words", words)])

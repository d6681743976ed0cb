"""Papers that stop being good: an approved one is asked for again when its dates or figures hold no more, and counts
again when they do.

One timer per case waits for the next day on which something lapses, so that no paper is looked at before its day. It is
planned anew whenever a field, the stage or a decision may have moved that day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from core.bus.deed import Deed
from core.cases.checklist import completion_of, items_of, tell_if_complete
from core.cases.documents import check_facts, findings_of, today_of
from core.cases.pages import files_of
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case, document_version, item
from core.catalog.settings import manners_of
from core.commands.lapsing import CheckPapers, WarnLapse
from core.engine.checklist import move
from core.engine.flow import Item
from core.engine.machine import CompiledFlow
from core.engine.manners import wall
from core.engine.spec_checks import LAPSING, Check
from core.events.happened import FindingsChanged
from core.events.lapsing import DocumentDiffers, DocumentLapsed, DocumentRestored, LapseAhead
from core.files.checks.lapsing import Judged, dates_of, judge, lapsed, last_day, unmarked
from core.files.checks.run import run_checks
from core.files.inspection import Inspection
from core.ledger import timers
from core.ledger.tables import timer
from core.store.sealing import Row

SCOPE: Final = "papers"
_NO_FILE: Final = Inspection(size=0, seen="unknown")  # what dates and figures are held against is not in the file


@dataclass(frozen=True, slots=True)
class _Paper:
    """The newest version of one item."""

    row: Row
    wanted: Row
    version: Row
    spec: Item
    may_lapse: bool

    @property
    def told(self) -> dict[str, Any]:
        return {
            "case_id": self.row["id"],
            "item_id": self.wanted["id"],
            "item": self.wanted["key"],
            "version_id": self.version["id"],
            "version": self.version["n"],
        }


def check_papers(command: CheckPapers, deed: Deed) -> None:
    """Looks at the truth again; a closed case has nothing that could lapse. Doing it twice changes nothing."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        return
    compiled = compiled_of(deed, row)
    before, ends = completion_of(compiled, deed.uow, row), []
    for paper in _papers(row, compiled, deed):
        match paper.version["status"], paper.wanted["status"]:
            case "submitted", "submitted":
                _look_again(paper, deed)
            case ("approved", "approved") | ("lapsed", "rework") if _holds(paper, compiled, deed):
                ends += _plan_warning(paper, compiled, deed)
    _plan(row["id"], min(ends, default=None), deed)
    tell_if_complete(row, before, deed)


def good_until(spec: Item, version: Row) -> date | None:
    """The last day on which this version is good as days pass; None where its item does not lapse by that."""
    return None if spec.lapses_before is None else last_day(spec.checks, version["dates"])


def warn_lapse(command: WarnLapse, deed: Deed) -> None:
    """Whoever works on the case hears of it, if it is still so; a warning that comes too late is none."""
    version = deed.uow.get(document_version, command.version_id)
    row, wanted = deed.uow.get(case, version["case_id"]), deed.uow.get(item, version["item_id"])
    if row["state"] != "open" or wanted["dropped"] or wanted["current_id"] != version["id"]:
        return
    compiled = compiled_of(deed, row)
    spec, good = compiled.flow.item(wanted["key"]), version["status"] == wanted["status"] == "approved"
    waits = compiled.flow.may_lapse(spec, row["stage"]) and command.last >= today_of(compiled, deed)
    if good and waits and good_until(spec, version) == command.last:
        told = {"item_id": wanted["id"], "item": wanted["key"], "version_id": version["id"]}
        deed.emit(LapseAhead(case_id=row["id"], last=command.last.isoformat(), **told))


def _papers(row: Row, compiled: CompiledFlow, deed: Deed) -> Iterable[_Paper]:
    versions = {each["id"]: each for each in deed.uow.find(document_version, case_id=row["id"])}
    for wanted in items_of(deed.uow, row["id"]):
        spec, version = compiled.flow.item(wanted["key"]), versions.get(wanted["current_id"])
        if version is not None and (spec.checks or version["status"] == "lapsed"):
            yield _Paper(row, wanted, version, spec, compiled.flow.may_lapse(spec, row["stage"]))


def _judged(paper: _Paper, compiled: CompiledFlow, deed: Deed) -> Judged:
    """Days pass only for what may lapse; of anything else only fields that were changed make a difference."""
    today = today_of(compiled, deed)
    if not paper.may_lapse:
        today = paper.version["reviewed_at"].astimezone(calendar_of(deed, compiled).zone).date()
    checks: list[Check] = [check for check in paper.spec.checks if check.kind in LAPSING]
    facts = check_facts(compiled, paper.row, paper.wanted, today)
    version = paper.version
    dates = dates_of(version["findings"], version["dates"])
    found = run_checks(checks, _NO_FILE, facts, dates, list(version["ticks"]), today)
    return judge(version["findings"], [each.model_dump(mode="json") for each in found])


def _look_again(paper: _Paper, deed: Deed) -> None:
    """A version that waits for its review: what the checks say of it now. A tick for less than is asked now is void."""
    version, old = paper.version, paper.version["findings"]
    amounts = {each["check"]: _amount(each) for each in old}
    kept, files = list(version["ticks"]), files_of(deed.uow, version)
    found = findings_of(paper.row, paper.wanted, files, version["dates"], kept, deed)
    void = {each["check"] for each in found if _amount(each) != amounts.get(each["check"])} & {*kept}
    if void:
        kept = [each for each in kept if each not in void]
        found = findings_of(paper.row, paper.wanted, files, version["dates"], kept, deed)
    if found == old:
        return
    deed.uow.change(document_version, version["id"], findings=found, ticks=kept)
    deed.emit(FindingsChanged(case_id=paper.row["id"], version_id=version["id"]))
    worse = _bad(found) - _bad(old)
    if worse:
        deed.emit(DocumentDiffers(**paper.told, reason=min(worse), approved=False))


def _amount(found: Mapping[str, Any]) -> object:
    return found["params"].get("amount")


def _bad(findings: Iterable[Mapping[str, Any]]) -> set[str]:
    return {each["check"] for each in findings if each["outcome"] in ("warn", "fail")}


def _holds(paper: _Paper, compiled: CompiledFlow, deed: Deed) -> bool:
    """Whether the version counts as approved from now on; says what has become of it.

    1. One that had lapsed counts again when every check by which it did holds again, and no other one fails.
    2. An approved one lapses; where its item does not by itself, staff hear that a finding has changed.
    """
    found, version = _judged(paper, compiled, deed), paper.version
    findings = found.findings if paper.may_lapse or version["status"] == "lapsed" else unmarked(found.findings)
    if findings != version["findings"]:
        deed.uow.change(document_version, version["id"], findings=findings)
    if version["status"] == "lapsed":
        if not found.fallen and not found.still:
            _settle(paper, "approved", None, deed)
            deed.emit(DocumentRestored(**paper.told))
    elif found.fallen and paper.may_lapse:
        _settle(paper, "lapsed", found.fallen[0], deed)
        passing = deed.cause.door == "timer"
        deed.emit(DocumentLapsed(**paper.told, reason=found.fallen[0], by_day=passing))
    elif found.fallen:
        deed.emit(DocumentDiffers(**paper.told, reason=found.fallen[0], approved=True))
    return bool(deed.uow.get(document_version, version["id"])["status"] == "approved")


def _settle(paper: _Paper, status: str, reason: str | None, deed: Deed) -> None:
    """The version, and its item with it."""
    after = move(paper.wanted["status"], "restore") if reason is None else move("approved", "reopen", reason)
    deed.uow.change(document_version, paper.version["id"], status=status)
    deed.uow.change(item, paper.wanted["id"], status=after, status_at=deed.now, reason=reason, words=None)


def _plan_warning(paper: _Paper, compiled: CompiledFlow, deed: Deed) -> list[datetime]:
    """Returns the moment at which it lapses, the begin of the day after its last one, if it does. Of one last day staff
    are warned once, whether the timer waits or has fired."""
    last, days = good_until(paper.spec, paper.version), paper.spec.warn_days
    if last is None or not paper.may_lapse or last < today_of(compiled, deed):
        return []
    zone, key = calendar_of(deed, compiled).zone, f"lapse:{paper.version['id']}:{last}"
    if days and deed.uow.first(timer, timer.c.key == key, timer.c.state != "cancelled") is None:
        at = max(wall(last - timedelta(days=days), manners_of(deed).hour, zone), deed.now)
        warning = WarnLapse(version_id=paper.version["id"], last=last)
        timers.plan(deed.uow, key, at, warning, case_id=paper.row["id"], scope=SCOPE)
    return [wall(last + timedelta(days=1), time(), zone)]


def _plan(case_id: int, at: datetime | None, deed: Deed) -> None:
    """One timer of the case for the next moment at which something lapses; none, and no warning, where nothing can."""
    key = f"papers:{case_id}"
    if at is None:
        timers.cancel_scope(deed.uow, case_id, SCOPE)
    elif deed.uow.first(timer, key=key, state="waiting", due=at) is None:
        timers.plan(deed.uow, key, at, CheckPapers(case_id=case_id), case_id=case_id, scope=SCOPE)


def lapsed_words(version: Row | None) -> list[dict[str, str]]:
    """Why a version has lapsed, each reason in both languages; nothing for one that has not."""
    if version is None or version["status"] != "lapsed":
        return []
    return [each["text"] for each in lapsed(version["findings"])]

"""Running cases go over to another version of their flow, and back: a batch in parts, every case a unit of its own.

The rows of a batch say what became of each case, so that a batch that was interrupted goes on where it was.
"""

from datetime import datetime, timedelta
from typing import Final

from core.bus.deed import Deed
from core.cases import migration
from core.cases.checklist import completion_of, items_of, tell_if_complete, todo_of
from core.cases.documents import findings_of
from core.cases.migration_check import check_map
from core.cases.moving import CaseMove, Way, case_move
from core.cases.pages import files_of
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case, case_migration, document_version, item
from core.catalog.catalogue import Catalogue
from core.catalog.tables import flow_migration, flow_version
from core.commands.command import Command
from core.commands.migrating import MigrateCase, MigrateCases, MigrateFlow, UndoMigration, UnmigrateCase
from core.engine.flow_map import FlowMap
from core.engine.machine import CompiledFlow
from core.events.migrating import CaseMigrated
from core.kit.errors import Invalid, NotPossibleNow
from core.ledger import timers
from core.reactions import planning
from core.store.sealing import Row
from core.tasks.tables import task

PART: Final = 100  # cases that one step hands on
PAUSE: Final = timedelta(seconds=1)  # between two parts, so that other timers get their turn


def migrate_flow(command: MigrateFlow, deed: Deed) -> int:
    """Returns the batch's id. Raises NotFound; Invalid with everything that is wrong with the map; NotPossibleNow while
    another batch of this flow is under way."""
    deed.uow.need("flow:" + command.flow)
    declared = FlowMap(stages=command.stages, items=command.items, fields=command.fields)
    catalogue: Catalogue = deed.tool("catalogue")
    checked = check_map(deed.uow, catalogue, command.flow, command.to, command.versions, declared)
    if checked.problems:
        raise Invalid(problems=checked.problems)
    if any(under_way(deed, row) for row in deed.uow.find(flow_migration, flow=command.flow)):
        raise NotPossibleNow(reason="batch_running")
    batch = deed.uow.add(
        flow_migration,
        flow=command.flow,
        sources=sorted(checked.sources),
        target_id=checked.target["id"],
        map=declared.model_dump(mode="json"),
        made_at=deed.now,
        made_by=deed.actor.id,
    )
    _go_on(batch["id"], 0, deed.now, deed)
    return int(batch["id"])


def under_way(deed: Deed, batch: Row) -> bool:
    """Whether cases of this batch still wait for their turn."""
    if batch["state"] in ("listing", "undoing"):
        return True
    return deed.uow.first(case_migration, batch_id=batch["id"], state="waiting") is not None


def undo_migration(command: UndoMigration, deed: Deed) -> None:
    """Raises NotFound; NotPossibleNow while the batch, or another one of its flow, is under way, or when it was undone
    already."""
    batch = deed.uow.get(flow_migration, command.batch_id)
    deed.uow.need("flow:" + batch["flow"])
    if batch["undone_at"] is not None:
        raise NotPossibleNow(reason="batch_undone")
    if any(under_way(deed, row) for row in deed.uow.find(flow_migration, flow=batch["flow"])):
        raise NotPossibleNow(reason="batch_running")
    deed.uow.change(flow_migration, batch["id"], state="undoing", undone_at=deed.now, undone_by=deed.actor.id)
    _go_on(batch["id"], 0, deed.now, deed)


def migrate_cases(command: MigrateCases, deed: Deed) -> None:
    """Hand on the next part; the chain ends behind the last case."""
    batch = deed.uow.get(flow_migration, command.batch_id)
    deed.uow.need("flow:" + batch["flow"])
    last = _list_cases(batch, command.after, deed) if batch["state"] == "listing" else None
    if batch["state"] == "undoing":
        last = _list_back(batch, command.after, deed)
    if last is not None:
        _go_on(batch["id"], last, deed.now + PAUSE, deed)
    elif batch["state"] in ("listing", "undoing"):
        deed.uow.change(flow_migration, batch["id"], state="listed" if batch["state"] == "listing" else "undone")


def _list_cases(batch: Row, after: int, deed: Deed) -> int | None:
    """The last case of this part; None when it was the last part."""
    at = case.c.flow_version_id.in_(batch["sources"])
    rows = deed.uow.find(
        case, case.c.id > after, at, case.c.flow == batch["flow"], case.c.state == "open", order=case.c.id, limit=PART
    )
    for row in rows:
        deed.uow.add_once(
            case_migration,
            batch_id=batch["id"],
            case_id=row["id"],
            from_id=row["flow_version_id"],
            to_id=batch["target_id"],
        )
        _turn(MigrateCase(case_id=row["id"], batch_id=batch["id"]), deed)
    return int(rows[-1]["id"]) if len(rows) == PART else None


def _list_back(batch: Row, after: int, deed: Deed) -> int | None:
    rows = deed.uow.find(
        case_migration,
        case_migration.c.id > after,
        case_migration.c.batch_id == batch["id"],
        case_migration.c.state == "moved",
        order=case_migration.c.id,
        limit=PART,
    )
    for row in rows:
        _turn(UnmigrateCase(case_id=row["case_id"], batch_id=batch["id"]), deed)
    return int(rows[-1]["id"]) if len(rows) == PART else None


def _turn(command: MigrateCase | UnmigrateCase, deed: Deed) -> None:
    """The timer belongs to the batch and not to the case: closing the case must not leave the batch waiting."""
    key = f"migrate:{command.batch_id}:{command.case_id}"
    timers.plan(deed.uow, key, deed.now, command, case_id=None, scope="migrate")


def _go_on(batch_id: int, after: int, at: datetime, deed: Deed) -> None:
    again: Command = MigrateCases(batch_id=batch_id, after=after)
    timers.plan(deed.uow, f"migrate:{batch_id}", at, again, case_id=None, scope="migrate")


def migrate_case(command: MigrateCase, deed: Deed) -> None:
    """One that the map does not carry stays as it is, and its row of the batch says why."""
    mine = deed.uow.first(case_migration, batch_id=command.batch_id, case_id=command.case_id)
    if mine is None or mine["state"] != "waiting":
        return
    batch, row = deed.uow.get(flow_migration, command.batch_id), deed.uow.get(case, command.case_id)
    try:
        if row["flow_version_id"] != mine["from_id"]:
            raise migration.elsewhere()
        move = case_move(deed.uow, deed.facts, row, _way(batch, row, deed))
    except NotPossibleNow as refusal:
        migration.settle(deed, mine, "refused", migration.why(refusal))
        return
    old = compiled_of(deed, row)
    done, before = completion_of(old, deed.uow, row), migration.carry_over(move, deed)
    row = deed.uow.get(case, row["id"])
    _follow(move.row["stage"], old, row, deed)
    deed.emit(_event(mine, move, deed))
    migration.settle(deed, mine, "moved", seq=deed.uow.get(case, row["id"])["version"], before=before)
    tell_if_complete(row, done, deed)


def unmigrate_case(command: UnmigrateCase, deed: Deed) -> None:
    """One that has moved on since is left alone, and its row says why."""
    mine = deed.uow.first(case_migration, batch_id=command.batch_id, case_id=command.case_id)
    if mine is None or mine["state"] != "moved":
        return
    row = deed.uow.get(case, command.case_id)
    since = migration.moved_on(deed.uow, row["id"], mine["seq"])
    if since is not None or row["flow_version_id"] != mine["to_id"]:
        migration.settle(deed, mine, "kept", migration.since(since))
        return
    old, stage, before = compiled_of(deed, row), row["stage"], mine["before"]
    done, todo = completion_of(old, deed.uow, row), _todo(row, old, deed)
    due = None if before["due"] is None else datetime.fromisoformat(before["due"])
    migration.put_back(row, before, mine["from_id"], due, deed)
    row = deed.uow.get(case, row["id"])
    _follow(stage, old, row, deed)
    changed = _named(todo, deed, row) != _named(_todo(row, compiled_of(deed, row), deed), deed, row)
    deed.emit(
        CaseMigrated(
            case_id=row["id"],
            batch_id=mine["batch_id"],
            from_version=_number(mine["to_id"], deed),
            to_version=_number(mine["from_id"], deed),
            stage_before=stage,
            stage_after=row["stage"],
            todo_changed=changed,
            undo=True,
        )
    )
    migration.settle(deed, mine, "undone")
    tell_if_complete(row, done, deed)


def _way(batch: Row, row: Row, deed: Deed) -> Way:
    catalogue: Catalogue = deed.tool("catalogue")
    after = catalogue.compiled(deed.uow, batch["target_id"])
    declared = FlowMap.model_validate(batch["map"])
    tables = deed.tool("tables").of_flow(deed.uow, after.flow)
    return Way(compiled_of(deed, row), after, batch["target_id"], declared, calendar_of(deed, after), deed.now, tables)


def _todo(row: Row, compiled: CompiledFlow, deed: Deed) -> frozenset[int]:
    """Rows of the checklist, by their ids, that the client is still to send something for."""
    rows = items_of(deed.uow, row["id"])
    open_ones = todo_of(compiled, rows)
    return frozenset(each["id"] for each in rows if (each["key"], each["applicant_id"]) in open_ones)


def _named(rows: frozenset[int], deed: Deed, row: Row) -> frozenset[tuple[str, int | None]]:
    """By the names that the client knows: another row under the same name is nothing new for him."""
    there = deed.uow.find(item, case_id=row["id"])
    return frozenset((each["key"], each["applicant_id"]) for each in there if each["id"] in rows)


def _follow(stage: str, old: CompiledFlow, row: Row, deed: Deed) -> None:
    """What hangs on a case that is on another version now: tasks of its stage, its rules' timers, and what the checks
    say of documents that wait for a decision."""
    if row["stage"] != stage:
        of_stage = (task.c.case_id == row["id"], task.c.stage == stage, task.c.state == "open")
        deed.uow.update_where(task, *of_stage, stage=row["stage"])
    planning.plan_by_new_flow(row, deed)
    for version in deed.uow.find(document_version, case_id=row["id"], status="submitted"):
        wanted = deed.uow.get(item, version["item_id"])
        found = findings_of(row, wanted, files_of(deed.uow, version), version["dates"], list(version["ticks"]), deed)
        if found != version["findings"]:
            deed.uow.change(document_version, version["id"], findings=found)


def _event(mine: Row, move: CaseMove, deed: Deed) -> CaseMigrated:
    return CaseMigrated(
        case_id=move.row["id"],
        batch_id=mine["batch_id"],
        from_version=_number(mine["from_id"], deed),
        to_version=_number(mine["to_id"], deed),
        stage_before=move.row["stage"],
        stage_after=move.after["stage"],
        added=move.keys("added", "revived"),
        dropped=move.keys("dropped"),
        set_aside=move.set_aside,
        todo_changed=move.todo_changed,
    )


def _number(version_id: int, deed: Deed) -> int:
    return int(deed.uow.get(flow_version, version_id)["version"])

"""Tables of the office: imported whole as a new edition, which counts from the next look on; earlier ones are kept."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.bus.deed import Deed
from core.catalog.catalogue import Catalogue
from core.catalog.tables import office_table, office_table_edition
from core.commands.tables import DropTableRow, ImportTable, RestoreTable, SetTableRow, SpreadTable
from core.engine.flow import Flow
from core.engine.lint_tables import table_problems
from core.engine.office_table import OfficeTable, Tables, filled
from core.engine.office_table_csv import read_table
from core.engine.office_table_row import with_row, without_row
from core.kit.errors import Invalid, NotFound, Problem
from core.ledger import timers
from core.store.reading import Lookup

PAUSE: Final = timedelta(seconds=1)  # so that a case that is just being moved is seen afterwards
MOST_TABLES: Final = 100
MOST_KEPT: Final = 60  # read editions in memory; the oldest leaves first


class LivingTables:
    """Looks tables up by name. Read editions are kept by their id: an edition never changes, and every process sees at
    once which one is valid."""

    def __init__(self) -> None:
        self._kept: dict[int, OfficeTable] = {}

    def of(self, lookup: Lookup, name: str) -> OfficeTable | None:
        row = lookup.first(office_table, name=name)
        if row is None:
            return None
        known = self._kept.get(row["edition_id"])
        if known is None:
            edition = lookup.peek(office_table_edition, row["edition_id"])
            if edition is None:
                return None
            known = read_table(bytes(edition["content"]))
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[row["edition_id"]] = known
        return known

    def those(self, lookup: Lookup, names: Iterable[str]) -> Tables:
        """By name; a table that is not there is left out."""
        found = {name: self.of(lookup, name) for name in names}
        return {name: table for name, table in found.items() if table is not None}

    def of_flow(self, lookup: Lookup, flow: Flow) -> Tables:
        return self.those(lookup, flow.tables) if flow.tables else {}

    def filled(self, lookup: Lookup, flow: Flow) -> Flow:
        """The flow with the rows of today as choices: what values are checked against and people choose from."""
        return filled(flow, self.of_flow(lookup, flow))


def import_table(command: ImportTable, deed: Deed) -> int:
    """Returns the edition; the same bytes of the same day and source again are the same edition. Raises Invalid with
    every mistake: of the file, and of flows that it would leave without what they use."""
    file = command.file
    table = read_table(file)
    deed.uow.need(f"{office_table.name}:{command.name}")
    row = deed.uow.first(office_table, name=command.name)
    told = {"as_of": command.as_of.isoformat(), "source": command.source.strip()}
    if row is not None:
        current = deed.uow.get(office_table_edition, row["edition_id"])
        if bytes(current["content"]) == file and all(current[name] == value for name, value in told.items()):
            return int(row["edition"])
    elif len(deed.uow.find(office_table)) >= MOST_TABLES:
        words = {"zh-CN": f"最多 {MOST_TABLES} 个表", "en": f"there are at most {MOST_TABLES} tables"}
        raise Invalid(problems=[Problem("/name", "table.many", words)])
    if problems := lacking(
        deed.uow, deed.tool("catalogue"), deed.tool("versions_in_use")(deed.uow), command.name, table
    ):
        raise Invalid(problems=problems)
    number = 1 if row is None else row["edition"] + 1
    edition = deed.uow.add(
        office_table_edition,
        name=command.name,
        edition=number,
        content=file,
        sha256=hashlib.sha256(file).hexdigest(),
        row_count=len(table.rows),
        columns=dict(table.columns),
        imported_at=deed.now,
        imported_by=deed.actor.id,
        **told,
    )
    valid = {"edition": number, "edition_id": edition["id"]}
    if row is None:
        deed.uow.add(office_table, name=command.name, **valid)
    else:
        deed.uow.change(office_table, row["id"], **valid)
    spread(command.name, 0, deed)
    return number


def restore_table(command: RestoreTable, deed: Deed) -> int:
    """Returns the new edition. Raises NotFound for an edition that there is not, Invalid as an import does."""
    row = deed.uow.first(office_table_edition, name=command.name, edition=command.edition)
    if row is None:
        raise NotFound(thing="table", id=f"{command.name} {command.edition}")
    return import_table(ImportTable.of(row["name"], bytes(row["content"]), row["as_of"], row["source"]), deed)


def set_table_row(command: SetTableRow, deed: Deed) -> int:
    """Returns the edition. Raises NotFound for a table that there is not, Invalid with every mistake of the row and as
    an import does."""
    file = with_row(_content(command.name, deed), command.key, command.cells)
    return import_table(ImportTable.of(command.name, file, command.as_of, command.source), deed)


def drop_table_row(command: DropTableRow, deed: Deed) -> int:
    """Returns the edition. Raises NotFound, Invalid where flows or other rows need the row."""
    file = without_row(_content(command.name, deed), command.key)
    if file is None:
        raise NotFound(thing="row", id=command.key)
    return import_table(ImportTable.of(command.name, file, command.as_of, command.source), deed)


def _content(name: str, deed: Deed) -> bytes:
    """The file that is valid now; nobody else changes it before this is done."""
    deed.uow.need(f"{office_table.name}:{name}")
    content = valid_file(deed.uow, name)
    if content is None:
        raise NotFound(thing="table", id=name)
    return content


def valid_file(lookup: Lookup, name: str) -> bytes | None:
    """What was imported as the valid edition; None for a table that there is not."""
    row = lookup.first(office_table, name=name)
    edition = None if row is None else lookup.peek(office_table_edition, row["edition_id"])
    return None if edition is None else bytes(edition["content"])


def spread(name: str, after: int, deed: Deed) -> None:
    """The cases behind this id are looked at next, in a moment; one chain per table, and the newest counts."""
    command = SpreadTable(name=name, after=after)
    timers.plan(deed.uow, f"spread:{name}", deed.now + PAUSE, command, case_id=None, scope="table")


def lacking(
    lookup: Lookup, catalogue: Catalogue, versions: Iterable[int], name: str, table: OfficeTable
) -> list[Problem]:
    """What these versions of flows use of a table and would not find in it any more; each is told once."""
    living = LivingTables()
    found: dict[str, Problem] = {}
    for version_id in versions:
        flow = catalogue.compiled(lookup, version_id).flow
        if name in flow.tables:
            tables = {**living.of_flow(lookup, flow), name: table}
            before = {each.pointer for each in table_problems(flow, living.of_flow(lookup, flow))}
            for each in table_problems(flow, tables):
                if each.pointer not in before:
                    told = _of_flow(flow, each)
                    found.setdefault(told.message["en"], told)
    return list(found.values())


def _of_flow(flow: Flow, problem: Problem) -> Problem:
    where = f"{flow.key} v{flow.version} {problem.pointer}"
    said: Mapping[str, str] = {
        "zh-CN": f"流程 {where} 正在使用：{problem.message['zh-CN']}",
        "en": f"the flow {where} uses it: {problem.message['en']}",
    }
    return replace(problem, pointer="", message=dict(said))


def unknown_tables(flow: Flow, lookup: Lookup) -> list[Problem]:
    """Problems of a flow that is to be published: tables that are not there or lack what it uses."""
    return table_problems(flow, LivingTables().of_flow(lookup, flow)) if flow.tables else []

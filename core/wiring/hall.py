"""The one place that knows every room: builds the bus from handlers, answers, subjects and tools."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from core.bus.bus import Bus
from core.bus.wiring import FactSource, Wiring
from core.cases import facts, family, rounds
from core.cases.log import record
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.catalog.settings import LivingAgency
from core.contracts import service as contracts
from core.engine.access import Actor, Policy
from core.engine.calendar import WorkingCalendar
from core.engine.sayings import Sayings
from core.store.reading import Dated
from core.store.sealing import Row
from core.tasks import service as tasks
from core.wiring.answers import reactions
from core.wiring.handlers.joined import HANDLERS
from core.wiring.subjects import SUBJECTS, case_of
from core.wiring.tools import tools


def build_bus(
    policy: Policy,
    catalogue: Catalogue,
    calendars: dict[str, WorkingCalendar],
    sayings: Sayings,
    *,
    agency: LivingAgency | None = None,
    zone: ZoneInfo | None = None,
    hooks: frozenset[str] = frozenset(),
) -> Bus:
    """Wire everything; `zone` is the agency's, else the one of its first calendar.

    Raises RuntimeError for a command without handler, subject or grant.
    """

    tables = LivingTables()
    return Bus(
        Wiring(
            policy=policy,
            handlers=HANDLERS,
            reactions=reactions(),
            facts=_sources(catalogue, tables),
            subjects=SUBJECTS,
            case_of=case_of,
            record=record,
            tools=tools(catalogue, calendars, sayings, agency, zone, hooks, tables),
        )
    )


def _sources(catalogue: Catalogue, tables: LivingTables) -> dict[str, FactSource]:
    """Where the facts of each name prefix come from."""

    def docs(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
        return facts.docs_facts(catalogue.compiled(lookup, row["flow_version_id"]), lookup, row, names)

    def history(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
        return facts.history_facts(catalogue, lookup, row)

    def client(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
        return facts.client_facts(catalogue, lookup, row, names)

    def paths(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
        return facts.path_facts(tables, lookup, row, names)

    return {
        "case": facts.case_facts,
        "docs": docs,
        "path": paths,
        "actor": facts.actor_facts,
        "client": client,
        "history": history,
        "time": facts.time_facts,
        "contract": contracts.facts,
        "children": family.children_facts,
        "parent": family.parent_facts,
        "tasks": tasks.facts,
        "approval": rounds.facts,
    }

"""Facts about a case for conditions: ``case.*``, ``docs.*``, ``actor.*``, ``client.*``, ``history.*``, ``time.*``."""

from collections.abc import Collection, Mapping

from core.cases.checklist import completion_of, proofs_of
from core.cases.tables import applicant, case
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.clients.tags import tags_of
from core.engine.access import Actor
from core.engine.checklist import Completion
from core.engine.facts import TAGS
from core.engine.machine import CompiledFlow
from core.engine.text import one_form
from core.store.reading import Dated
from core.store.sealing import Row

_OWN = {"case.stage": "stage", "case.substate": "substate", "case.outcome": "outcome"}


def case_facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``case.stage`` and the like, and ``case.<field>`` for the flow's fields."""
    found: dict[str, object] = {}
    for name in names:
        if name in _OWN:
            found[name] = row[_OWN[name]]
        elif name == "case.applicants":
            found[name] = len(lookup.find(applicant, case_id=row["id"]))
        else:
            found[name] = row["fields"].get(name.removeprefix("case."))
    return found


def docs_facts(compiled: CompiledFlow, lookup: Dated, row: Row, names: frozenset[str]) -> Mapping[str, object]:
    """``docs.required``, ``docs.done``, ``docs.missing``, ``docs.complete`` and ``docs.proof.<item>``."""
    return docs_of(completion_of(compiled, lookup, row), proofs_of(lookup, row), names)


def docs_of(state: Completion, proofs: Collection[str], names: Collection[str]) -> dict[str, object]:
    """The same of a checklist that is counted already; ``proofs``: keys of items of which there is a file."""
    found: dict[str, object] = {
        "docs.required": state.total,
        "docs.done": state.done,
        "docs.missing": state.total - state.done,
        "docs.complete": state.done >= state.total,
    }
    for name in names:
        if name.startswith("docs.proof."):
            found[name] = name.removeprefix("docs.proof.") in proofs
    return found


def path_facts(tables: LivingTables, lookup: Dated, row: Row, names: frozenset[str]) -> Mapping[str, object]:
    """``path.<table>.<field>``: keys of the rows that the field names and of those that they lie in."""
    found = {}
    for name in names:
        _, table, field = name.split(".", 2)
        known = tables.of(lookup, table)
        if known is not None:
            found[name] = known.path_of(row["fields"].get(field))
    return found


def actor_facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``actor.prepared``: the acting person, or the one he stands in for, handed the work in to the stage where it
    is now."""
    return {"actor.prepared": actor.kind == "staff" and row["handed_by"] in actor.people}


def history_facts(catalogue: Catalogue, lookup: Dated, row: Row) -> Mapping[str, object]:
    """``history.refused``: other cases of this client, of flows of the same kind, that were refused: a school that said
    no is no visa that was refused. ``client.refused_before`` likewise."""

    def kind(each: Row) -> str:
        return catalogue.compiled(lookup, each["flow_version_id"]).flow.kind

    refused_ones = lookup.find(case, client_id=row["client_id"], outcome="refused")
    refused = sum(1 for each in refused_ones if each["id"] != row["id"] and kind(each) == kind(row))
    return {"history.refused": refused, "client.refused_before": refused > 0}


def client_facts(catalogue: Catalogue, lookup: Dated, row: Row, names: frozenset[str]) -> Mapping[str, object]:
    """``client.tags``, each in one form, and what is on record; either is looked up only if it is asked for."""
    found = dict(history_facts(catalogue, lookup, row)) if names - {TAGS} else {}
    if TAGS in names:
        found[TAGS] = [one_form(each) for each in tags_of(lookup, row["client_id"])]
    return found


def time_facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``time.overdue``: the stage's limit has passed."""
    return {"time.overdue": row["due"] is not None and row["due"] <= lookup.now}

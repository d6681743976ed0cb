"""A case among its own: its children and its parent, in words."""

from dataclasses import dataclass

from core.cases.children import value_name
from core.cases.family import children_of, link_of
from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.engine.flow import Flow, Stage
from core.engine.text import LANGUAGES, Words
from core.store.reading import Lookup
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class Relative:
    """A child as its parent sees it: what it is called there, for which value, and where it is."""

    key: str
    name: Words
    value: str
    value_name: Words | None
    row: Row
    stage: Stage  # where it truly is
    shown: Stage  # the stage that the client sees
    substate: Words | None

    def called(self, language: str) -> str:
        """What it is and for what."""
        words = [self.name.get(language, self.key)]
        words += [] if self.value_name is None else [self.value_name.get(language, self.value)]
        return " · ".join(words)


def relatives(lookup: Lookup, catalogue: Catalogue, tables: LivingTables, row: Row) -> list[Relative]:
    """The children of a case, oldest first."""
    found = children_of(lookup, row["id"])
    flow = catalogue.compiled(lookup, row["flow_version_id"]).flow
    flow = tables.filled(lookup, flow) if found else flow
    return [_relative(lookup, catalogue, flow, link, child) for link, child in found]


def parent_of(lookup: Lookup, row: Row) -> Row | None:
    """The case that started this one."""
    link = link_of(lookup, row["id"])
    return None if link is None else lookup.peek(case, link["parent_id"])


def _relative(lookup: Lookup, catalogue: Catalogue, flow: Flow, link: Row, child: Row) -> Relative:
    own = catalogue.compiled(lookup, child["flow_version_id"]).flow
    key: str = link["key"]
    spec, stage = flow.child(key), own.stage(child["stage"])
    substate = next((dict(each.name) for each in stage.substates if each.key == child["substate"]), None)
    return Relative(
        key=key,
        name=dict.fromkeys(LANGUAGES, key) if spec is None else dict(spec.name),
        value=link["value"],
        value_name=None if spec is None or not link["value"] else value_name(flow, spec, link["value"]),
        row=child,
        stage=stage,
        shown=own.shown(child["stage"]),
        substate=substate,
    )

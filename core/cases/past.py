"""What an event, card or row that is older than the case's present version calls a stage, an item or a field."""

from collections.abc import Iterator

from core.cases.tables import case_migration
from core.catalog.catalogue import Catalogue
from core.engine.flow import Field, Flow, Item, Stage
from core.kit.errors import NotFound
from core.store.reading import Lookup
from core.store.sealing import Row


def flows_of(lookup: Lookup, catalogue: Catalogue, row: Row) -> Iterator[Flow]:
    """The case's present version, then those that it was on, or was to be on, the newest move first."""
    yield catalogue.compiled(lookup, row["flow_version_id"]).flow
    seen = {row["flow_version_id"]}
    for move in reversed(lookup.find(case_migration, case_id=row["id"])):
        for version_id in (move["to_id"], move["from_id"]):
            if version_id not in seen:
                seen.add(version_id)
                yield catalogue.compiled(lookup, version_id).flow


def stage_once(lookup: Lookup, catalogue: Catalogue, row: Row, key: str) -> tuple[Flow, Stage]:
    """A stage of the case's history, with the version that knows it. Raises NotFound."""
    for flow in flows_of(lookup, catalogue, row):
        for each in flow.stages:
            if each.key == key:
                return flow, each
    raise NotFound(thing="stage", id=key)


def item_once(lookup: Lookup, catalogue: Catalogue, row: Row, key: str) -> Item:
    """Raises NotFound."""
    for flow in flows_of(lookup, catalogue, row):
        for each in flow.items:
            if each.key == key:
                return each
    raise NotFound(thing="item", id=key)


def field_once(lookup: Lookup, catalogue: Catalogue, row: Row, key: str) -> Field:
    """Raises NotFound."""
    for flow in flows_of(lookup, catalogue, row):
        for each in flow.fields:
            if each.key == key:
                return each
    raise NotFound(thing="field", id=key)

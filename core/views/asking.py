"""What a client is still asked about his case, as it is now."""

from collections.abc import Mapping

from core.bus.wiring import FactSource, gathered
from core.catalog.catalogue import Catalogue
from core.engine.access import Actor
from core.engine.asking import asking_names, to_ask
from core.engine.flow import Field
from core.store.reading import Dated
from core.store.sealing import Row


def questions(
    sources: Mapping[str, FactSource], catalogue: Catalogue, lookup: Dated, row: Row, actor: Actor
) -> list[Field]:
    """The fields that he has not filled in yet, in the flow's order; none of a case that is closed."""
    if row["state"] != "open":
        return []
    compiled = catalogue.compiled(lookup, row["flow_version_id"])
    facts = gathered(sources, lookup, row, asking_names(compiled), actor)
    return to_ask(compiled, row["fields"], facts)

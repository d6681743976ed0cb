"""The services that a case offers at a moment: templates of its flow, then those of the house."""

from collections.abc import Callable, Collection, Mapping

from core.catalog.service_templates import house_services
from core.engine.machine import CompiledFlow
from core.engine.spec_services import HouseService, Service
from core.engine.text import Words
from core.store.reading import Lookup
from core.store.sealing import Row

Facts = Callable[[Row, Collection[str]], Mapping[str, object]]
"""The facts of a case, by name."""

Template = Service | HouseService


def templates(lookup: Lookup, compiled: CompiledFlow) -> list[Template]:
    """Of the flow, in its order, and of the house what suits it; of two with one key the flow's own counts."""
    flow = compiled.flow
    own = {each.key for each in flow.services}
    suiting = [each for each in house_services(lookup) if each.suits(flow.key, flow.kind, flow.roles)]
    return [*flow.services, *(each for each in suiting if each.key not in own)]


def offered(lookup: Lookup, compiled: CompiledFlow, row: Row, facts: Facts) -> list[Template]:
    """Those whose condition holds; none for a closed case."""
    if row["state"] != "open":
        return []
    return [each for each in templates(lookup, compiled) if not unmet(compiled, each, row, facts)]


def unmet(compiled: CompiledFlow, service: Template, row: Row, facts: Facts) -> tuple[Words, ...]:
    """What a template's condition still wants, in words; one of the house has none."""
    condition = compiled.required.get(("service", service.key)) if isinstance(service, Service) else None
    return () if condition is None else tuple(condition.check(facts(row, condition.names)).unmet)

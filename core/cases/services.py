"""The service templates that a case offers at a moment."""

from collections.abc import Callable, Collection, Mapping

from core.engine.machine import CompiledFlow
from core.engine.spec_services import Service
from core.engine.text import Words
from core.store.sealing import Row

Facts = Callable[[Row, Collection[str]], Mapping[str, object]]
"""The facts of a case, by name."""


def offered(compiled: CompiledFlow, row: Row, facts: Facts) -> list[Service]:
    """The templates of the case's flow whose condition holds, in the flow's order; none for a closed case."""
    if row["state"] != "open":
        return []
    return [each for each in compiled.flow.services if not unmet(compiled, each, row, facts)]


def unmet(compiled: CompiledFlow, service: Service, row: Row, facts: Facts) -> tuple[Words, ...]:
    """What a template's condition still wants, in words."""
    condition = compiled.required.get(("service", service.key))
    return () if condition is None else tuple(condition.check(facts(row, condition.names)).unmet)

"""The compiled flows: read from their published source once per process, as a version never changes."""

from collections.abc import Callable

from core.catalog.tables import flow_version
from core.engine.flow import Flow, read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.kit.errors import NotFound
from core.store.reading import Lookup
from core.store.sealing import Row

MAX_KEPT = 300  # compiled versions in memory; the oldest leaves first


class Catalogue:
    """Looks flows up by version id or by key."""

    def __init__(self, compile_it: Callable[[Flow], CompiledFlow] = compile_flow) -> None:
        self._compile = compile_it
        self._kept: dict[int, CompiledFlow] = {}

    def compiled(self, lookup: Lookup, version_id: int) -> CompiledFlow:
        """The compiled flow of a published version. Raises NotFound."""
        known = self._kept.get(version_id)
        if known is not None:
            return known
        row = lookup.peek(flow_version, version_id)
        if row is None:
            raise NotFound(thing="flow", id=version_id)
        compiled = self._compile(read_flow(bytes(row["source"])))
        if len(self._kept) >= MAX_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[version_id] = compiled
        return compiled

    def warm(self, lookup: Lookup) -> None:
        """Compile the newest version of every flow now rather than when its first case comes along."""
        for row in self.newest(lookup):
            self.compiled(lookup, row["id"])

    def latest(self, lookup: Lookup, flow: str) -> tuple[int, CompiledFlow]:
        """The newest published version of a flow. Raises NotFound."""
        row = lookup.first(flow_version, flow=flow, order=flow_version.c.version.desc())
        if row is None:
            raise NotFound(thing="flow", id=flow)
        return row["id"], self.compiled(lookup, row["id"])

    def newest(self, lookup: Lookup) -> list[Row]:
        """The newest version of every flow, by key."""
        found: dict[str, Row] = {}
        for row in lookup.find(flow_version, order=flow_version.c.version):
            found[row["flow"]] = row
        return [found[key] for key in sorted(found)]

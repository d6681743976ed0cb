"""The compiled flows: read from their published source once per process, as a version never changes."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import select

from core.catalog.finding import key_by_meta
from core.catalog.tables import flow_version
from core.engine.flow import read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.kit.errors import NotFound
from core.store.reading import Lookup, Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

MAX_KEPT = 300  # compiled versions in memory; the oldest leaves first


@lru_cache(maxsize=64)
def _from_source(source: bytes) -> CompiledFlow:
    """A source says everything: whoever has seen it need not compile it again, whatever its row is called."""
    return compile_flow(read_flow(source))


class Catalogue:
    """Looks flows up by version id or by key."""

    def __init__(self) -> None:
        self._kept: dict[int, CompiledFlow] = {}

    def compiled(self, lookup: Lookup, version_id: int) -> CompiledFlow:
        """The compiled flow of a published version. Raises NotFound."""
        known = self._kept.get(version_id)
        if known is not None:
            return known
        row = lookup.peek(flow_version, version_id)
        if row is None:
            raise NotFound(thing="flow", id=version_id)
        compiled = _from_source(bytes(row["source"]))
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
        row = newest_of(lookup, flow)
        if row is None:
            raise NotFound(thing="flow", id=flow)
        return row["id"], self.compiled(lookup, row["id"])

    def by_meta(self, lookup: Lookup, wanted: Mapping[str, str]) -> str:
        """Key of the flow that says this about itself. Raises Invalid where there is none or more than one."""
        return key_by_meta(self.newest(lookup), wanted)

    def keys(self, lookup: Reader | UnitOfWork) -> set[str]:
        """Of all flows that were ever published; no source is read for it."""
        return {str(row["flow"]) for row in lookup.rows(select(flow_version.c.flow).distinct())}

    def newest(self, lookup: Lookup) -> list[Row]:
        """The newest version of every flow, by key."""
        found: dict[str, Row] = {}
        for row in lookup.find(flow_version, order=flow_version.c.version):
            found[row["flow"]] = row
        return [found[key] for key in sorted(found)]


def newest_of(lookup: Lookup, flow: str, *, before: int | None = None) -> Row | None:
    """The newest version of a flow, or the newest with a lower number than ``before``; None where there is none."""
    lower = () if before is None else (flow_version.c.version < before,)
    return lookup.first(flow_version, *lower, flow=flow, order=flow_version.c.version.desc())

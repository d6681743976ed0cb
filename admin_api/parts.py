"""The parts of a process that the admin API works with; the root gives them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from core.bus.bus import Bus
from core.catalog.catalogue import Catalogue
from core.engine.access import Policy
from core.engine.sayings import Sayings
from core.files.child import Inspector
from core.files.limits import FileLimits
from core.files.links import OriginalLinks, SentLinks
from core.files.scan import Scanner
from core.files.store_port import FileStore
from core.kit.clock import Clock
from core.ledger.chain import Anchor
from core.store.reading import Reading
from core.store.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes are given. ``zone`` is the one in which sentences name a time; JSON always has UTC."""

    store: Store
    reading: Reading
    bus: Bus
    catalogue: Catalogue
    files: FileStore
    inspector: Inspector
    clock: Clock
    policy: Policy
    limits: FileLimits
    texts: Sayings
    links: OriginalLinks
    sent_links: SentLinks
    zone: tzinfo = UTC
    scanner: Scanner | None = None
    anchors: Callable[[], Sequence[Anchor]] = tuple  # of the audit's chain, kept outside the database

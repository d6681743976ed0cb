"""The parts of a process that the admin API works with; the root gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from admin_api.rates import Rates
from core.bus.bus import Bus
from core.catalog.catalogue import Catalogue
from core.engine.access import Policy
from core.engine.sayings import Sayings
from core.engine.text import Words
from core.files.child import Inspector
from core.files.limits import FileLimits
from core.files.links import OriginalLinks, SentLinks
from core.files.scan import Scanner
from core.files.store_port import FileStore
from core.kit.clock import Clock
from core.kit.errors import Problem
from core.ledger.chain import Anchor
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store

StoryCheck = Callable[[str, bytes, str, bytes], list[Problem]]
"""What is wrong with a story: its name and content, the name that it has for its flow, and that flow's source."""


@dataclass(frozen=True, slots=True)
class MadeStory:
    """A masked story of a real case: its text, how many steps it has, the files that stand beside it by name, and what
    it cannot tell."""

    text: str
    steps: int
    files: Mapping[str, bytes]
    notes: Sequence[Words]


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
    story_problems: StoryCheck
    zone: tzinfo = UTC
    scanner: Scanner | None = None
    rates: Rates = field(default_factory=Rates)
    story_of: Callable[[Row], MadeStory] | None = None  # of a case; None: this process makes none
    anchors: Callable[[], Sequence[Anchor]] = tuple  # of the audit's chain, kept outside the database

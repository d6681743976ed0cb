"""A tag was put on a client or taken off: what his cases ask for may hang on it."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.command import Command
from core.commands.tables import LookUpAgain
from core.engine.checklist import required_names
from core.engine.facts import TAGS
from core.events.desk import ClientTagged, ClientUntagged


def follow(event: ClientTagged | ClientUntagged, deed: Deed) -> Iterator[Command]:
    """The checklist is that of the tags of now before any rule is asked, in flows whose checklist looks at them."""
    if event.case_id is None:
        return
    if TAGS in required_names(compiled_of(deed, deed.uow.get(case, event.case_id))):
        yield LookUpAgain(case_id=event.case_id)

"""Named points at which a process may die: every commit boundary, before and after every call to the outside.

Nothing happens there. The crash tests (tests/crash) arm one of them in a child process and kill it when it gets
there; a product process never arms any, and a point that nobody has armed costs one comparison.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "store.begin": "a group of units was taken from the queue, nothing is asked yet",
        "store.flush": "the units of a group have run, nothing is written yet",
        "store.commit": "everything of a group is written and not committed",
        "store.committed": "a group is committed and nobody has heard of it",
        "store.answered": "whoever waited was told, and no bell has rung",
        "inbox.append": "a delivery is at the door and not in the inbox",
        "inbox.kept": "a delivery is committed and not answered",
        "upload.stored": "an upload is in the file store and no row names it",
        "api.done": "a request is carried out and not answered",
        "receiver.found": "updates were found waiting and not handed to the store",
        "receiver.settled": "an update is settled and the loop has not noted it",
        "sender.claimed": "notices are claimed and not drawn",
        "sender.send": "a notice is drawn, the platform has not been called",
        "sender.sent": "the platform has a notice, the ledger does not know it",
        "sender.settled": "a notice is settled and the loop has not noted it",
        "redraw.send": "a redraw is drawn, the platform has not been called",
        "redraw.sent": "the platform shows a redraw, the ledger does not know it",
        "fetcher.claimed": "errands are claimed, nothing is fetched",
        "fetcher.stored": "a file was streamed into the store",
        "fetcher.inspected": "a file was opened in the child process and found to be something",
        "fetcher.previewed": "the preview of a file is in the store",
        "fetcher.settle": "a file is complete and its errand not settled",
        "fetcher.settled": "an errand is settled, spare copies are still there",
        "files.written": "a file is on disk under its temporary name",
        "files.moved": "a file has its final name and nobody has been told",
        "ticker.due": "timers were found due and not fired",
        "ticker.fired": "a timer has fired and the loop has not noted it",
        "sealer.sealed": "audit rows are sealed, the anchor is not written",
        "sealer.anchored": "the anchor is on disk and the sealer has not noted it",
        "reconciler.looked": "cards were compared and no redraw is asked for",
        "eraser.listed": "an erased client is on the list, his files are there",
        "eraser.shredded": "his files are gone, the erasure is not settled",
        "sweeper.found": "nameless files were found and not removed",
        "sweeper.swept": "nameless files were removed and not counted",
    }
)

_armed: Callable[[str], None] | None = None


def reach(name: str) -> None:
    """The process is at this point."""
    if _armed is not None:
        _armed(name)


def arm(hook: Callable[[str], None] | None) -> None:
    """Have this called with the name of every point that is reached, from whatever thread; None ends it."""
    global _armed  # one hook for the process, so that an unarmed point costs nothing
    _armed = hook

"""A burst: files that come one after the other. One sign says that they come, one message what became of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from core.kit.ids import new_id
from core.store.sealing import Row

QUIET = timedelta(seconds=2.5)  # nothing more came for so long: the files are told about
CAP = timedelta(seconds=15)  # they are told about at the latest so long after the first one
STRAGGLER = timedelta(seconds=15)  # a file that comes within so long of the one before belongs to the same burst
MOST = 50  # files of one burst; the next one begins a new one

State = Literal["checking", "placed", "said", "which"]


class Sent(BaseModel):
    """One file of a burst and what has become of it."""

    model_config = ConfigDict(extra="forbid")

    entry: int  # inbox id of the update that announced it
    name: str
    caption: str  # its own, else the one of the file before it in the same album
    wanted: int = 0  # the item for which the door was opened through which it came; 0: none in particular
    album: int  # files that were sent together, or came faster than anybody could answer, belong together
    group: str = ""  # the platform's own id of files that were sent together
    state: State = "checking"
    file: int | None = None
    version: int | None = None
    key: str = ""  # a sentence about it, when it found no item
    params: dict[str, Any] = {}
    item: dict[str, str] = {}  # name of the item where it was placed
    back: bool = False  # taken back
    choices: list[dict[str, Any]] = []  # offers: for which item is it?


class Burst(BaseModel):
    """The files that one chat sends at present; kept with the conversation."""

    model_config = ConfigDict(extra="forbid")

    card: str
    client: int
    case: int | None = None
    over: bool = False  # words have been said since: the next file begins a new one
    opened: datetime
    last: datetime
    fresh: bool = True  # something has become known that was not told yet
    told: int = 0  # messages about what became of them
    chosen: int | None = None  # the item that the client chose by its number or button: all files are for it
    albums: dict[int, int] = {}  # album -> the item of its first file
    files: list[Sent] = []

    @property
    def checking(self) -> int:
        return sum(each.state == "checking" for each in self.files)

    @property
    def asks(self) -> bool:
        """Whether the client has been asked for which item a file is, and has not said so."""
        return bool(self.told) and not self.fresh and any(each.state == "which" for each in self.files)

    def of(self, entry: int) -> Sent | None:
        return next((each for each in self.files if each.entry == entry), None)

    def along(self, sent: Sent) -> int | None:
        """The item for which a file without words of its own is, because of the files before it."""
        return self.chosen if self.chosen is not None else self.albums.get(sent.album)

    def joined(self, entry: int, name: str, caption: str, now: datetime, group: str = "") -> Sent:
        """One more file: of an album, where the platform says of which (`group`); else time tells."""
        before = self._before(group, now)
        album, inherited = (entry, "") if before is None else (before.album, before.caption)
        self.files.append(Sent(entry=entry, name=name, caption=caption or inherited, album=album, group=group))
        self.last, self.fresh = now, True
        return self.files[-1]

    def has(self, group: str) -> bool:
        """Whether files of this album are here."""
        return bool(group) and any(each.group == group for each in self.files)

    def _before(self, group: str, now: datetime) -> Sent | None:
        """The file with which one more belongs together."""
        if group:
            return next((each for each in reversed(self.files) if each.group == group), None)
        last = self.files[-1] if self.files and now - self.last <= QUIET else None
        return None if last is None or last.group else last

    def due(self) -> datetime:
        """When the files are told about although some are still being checked."""
        return min(self.last + QUIET, self.opened + CAP)


def new_burst(client_id: int, now: datetime) -> Burst:
    return Burst(card=f"burst:{new_id()}", client=client_id, opened=now, last=now)


def kept(chat: Row) -> Burst | None:
    """The newest burst of a chat, over or not."""
    return None if chat["burst"] is None else Burst.model_validate(chat["burst"])


def current(chat: Row, now: datetime, group: str = "") -> Burst | None:
    """The burst that one more file would join; one of its album comes as late as it may."""
    found = kept(chat)
    if found is None or found.over or len(found.files) >= MOST:
        return None
    return found if now - found.last <= STRAGGLER or found.has(group) else None


_UNSHOWN = {"choices", "caption", "wanted", "album", "group", "item", "back"}


def shown(burst: Burst) -> list[Mapping[str, Any]]:
    """What the message about a burst is drawn from."""
    return [each.model_dump(mode="json", exclude=_UNSHOWN) for each in burst.files]

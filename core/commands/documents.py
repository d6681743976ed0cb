"""Documents: what a client sends, and what a reviewer says of it."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class KeepFile(Command):
    """A file is in the store and has been inspected."""

    permission: ClassVar[str] = "file.keep"

    name: str = Field(max_length=300)
    media_type: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    handle: str
    preview_handle: str = ""
    client_id: int | None = None
    inspection: dict[str, object]


class ReportHeldFile(Command):
    """The scanner has given no verdict on a file for long: people must know."""

    permission: ClassVar[str] = "file.hold"

    errand_id: int


class CheckFileAgain(Command):
    """Ask the scanner about a held file now. Nothing can be taken unchecked, whoever asks."""

    permission: ClassVar[str] = "file.recheck"
    about: ClassVar[Subject] = ("errand", "errand_id")

    errand_id: int


class SettleHeldFile(Command):
    """There is a verdict on a file that people were told of: their task is over."""

    permission: ClassVar[str] = "file.hold"

    errand_id: int


class SubmitDocument(Command):
    """A kept file becomes the newest version of a checklist item."""

    permission: ClassVar[str] = "document.submit"
    about: ClassVar[Subject] = ("item", "item_id")

    item_id: int
    file_id: int
    sent: int = 0  # id of the update that announced it: orders the files of one version


class AddFile(Command):
    """One more file (a page, the other side) for the newest version, while its review has not begun."""

    permission: ClassVar[str] = "document.submit"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    file_id: int
    sent: int = 0  # place among the version's files: the id of the update that announced it; 0: the last one


class WithdrawDocument(Command):
    """Take back what was sent last, while its review has not begun; it is kept, and the version before counts again."""

    permission: ClassVar[str] = "document.submit"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int


class ShowItem(Command):
    """Tell me what this item needs; the next file that I send is for it."""

    permission: ClassVar[str] = "document.read"
    about: ClassVar[Subject] = ("item", "item_id")

    item_id: int


class ReviewDocument(Command):
    """Approve or reject one version. A rejection needs a reason of the flow."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    decision: Literal["approved", "rejected"]
    reason: str = ""  # key of one of the flow's reasons
    words: str = Field(default="", max_length=1000)  # to the client, when the reason is free text
    note: str = Field(default="", max_length=2000)  # stays inside
    files: int | None = None  # how many files the reviewer was shown; more have come since: look again
    ticks: tuple[str, ...] = ()  # names of the checks that the reviewer has confirmed by eye
    dates: dict[str, date] = Field(default_factory=dict)  # what the reviewer read on the document


class TickCheck(Command):
    """The reviewer has confirmed by eye what no machine can see (a seal, a signature)."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    check: str


class GiveDate(Command):
    """A date that the reviewer read on the document; the checks that need it run again."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    name: str  # issued, expires, from, to
    value: date


class AskDate(Command):
    """Ask me for a date that stands on the document."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    name: str  # issued, expires, from, to


class OfferReasons(Command):
    """Show me the reasons for which this version can be rejected, as buttons."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int


class AskUploadLink(Command):
    """A link to a page where I hand in files for this case, or for one item of it: for an hour, while it is open."""

    permission: ClassVar[str] = "document.submit"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    item_id: int = 0  # 0: for whatever the files turn out to be


class OpenOriginal(Command):
    """Let me open the original: a link for me alone, and what the link does when it is followed."""

    permission: ClassVar[str] = "document.read"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int


class WaiveItem(Command):
    """This item is not needed here; says who decided and why."""

    permission: ClassVar[str] = "document.waive"
    about: ClassVar[Subject] = ("item", "item_id")

    item_id: int
    reason: str = Field(min_length=1, max_length=1000)

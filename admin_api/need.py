"""What a caller must be allowed for an operation."""

from dataclasses import dataclass

from core.commands.command import Command


@dataclass(frozen=True, slots=True)
class Need:
    """What a caller must be allowed. Made by the functions below, never by hand."""

    permission: str | None  # None: every member of staff with a valid key
    kind: str = ""  # kind of subject that the caller must reach
    parameter: str = ""  # the path parameter with its id
    command: type[Command] | None = None  # what it does; a refused attempt is audited under this name
    filtered: bool = False  # the operation shows of its subjects those that the caller reaches
    public: bool = False  # whoever knocks
    noted: bool = False  # it shows what is personal: every look is audited, once per request

    @property
    def told(self) -> str:
        """As the description of the API names it."""
        return "anybody" if self.public else self.permission or "member"


def anybody() -> Need:
    """Whoever knocks, before he has signed in."""
    return Need(None, public=True)


def member() -> Need:
    """Every member of staff: the operation shows nothing but his own."""
    return Need(None)


def may(permission: str, *, noted: bool = False) -> Need:
    """A right that concerns no subject: nobody has it because he stands in for a colleague."""
    return Need(permission, noted=noted)


def lists(permission: str) -> Need:
    """A right whose subjects the operation filters itself: also those of a colleague for whom the caller stands in."""
    return Need(permission, filtered=True, noted=True)


def reaches(permission: str, kind: str, parameter: str) -> Need:
    """A right to one subject, whose id stands in the path: another's looks as if it did not exist."""
    return Need(permission, kind, parameter, noted=True)


def does(command: type[Command]) -> Need:
    """The right that a command needs; the bus asks for it."""
    return Need(command.permission, command=command)


def submits(command: type[Command], parameter: str) -> Need:
    """As `does`, asked before the body is read as well: nobody stores a file for what he does not reach."""
    if command.about is None:
        raise TypeError(f"{command.__name__} is about nothing that a path could name")
    return Need(command.permission, command.about[0], parameter, command)

"""What an action may know: the case that the rule is about, as ids. No tables, no texts."""

from dataclasses import dataclass
from typing import Final

LEADS: Final = "supervisor"  # the role in which a lead does such a task


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the rule acts. `run` is the same for one firing of a rule, so that acting twice has one effect."""

    case_id: int
    client_id: int
    run: str  # e.g. "jp_welcome:1234"
    staff: dict[str, int]  # role -> the person who does its work on this case
    rule: str = ""  # its key
    set_off: str = ""  # the kind of event that set it off; RuleDue: its moment
    content_id: int = 0  # the version of a content that its event tells of
    leads: tuple[int, ...] = ()  # who stands above the people of the case, if an action asks for them

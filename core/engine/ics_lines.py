"""The lines of an iCalendar file (RFC 5545): folded ones joined, each with its number, and the events among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^;:"])*)*):(.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in capitals, its parameters as they stand, its value. ``number`` counts from 1."""

    number: int
    name: str
    params: str
    value: str

    @property
    def text(self) -> str:
        """The value without its escapes; a line break is a space."""
        return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], self.value).strip()


@dataclass(slots=True)
class Event:
    """A VEVENT, and the line on which it begins. Of a property that comes twice the first counts."""

    number: int
    calendar: int  # number of the line on which its VCALENDAR begins
    lines: dict[str, Line] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.lines[name].text if name in self.lines else ""


class NotIcs(Exception):
    """What stands on a line is no iCalendar. ``args``: the number of the line."""


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number; a line that begins with a blank goes on the one before."""
    whole: list[str] = []
    begun = 0
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        if line[:1] in (" ", "\t") and whole:
            whole.append(line[1:])
            continue
        if whole and any(whole):
            yield begun, "".join(whole)
        whole, begun = [line], number
    if whole and any(whole):
        yield begun, "".join(whole)


def read_events(text: str) -> Iterator[Event | NotIcs]:
    """The events of every VCALENDAR in the text, in their order, and what is no line of one. What stands in another
    part, such as an alarm or a time zone, is passed over. Ends behind a part that is left open or closed wrongly."""
    open_parts: list[Line] = []
    event: Event | None = None
    number = 0
    for number, whole in unfolded(text):
        found = _LINE.fullmatch(whole)
        if found is None:
            yield NotIcs(number)
            continue
        line = Line(number, found[1].upper(), found[2], found[3])
        if line.name == "BEGIN":
            open_parts.append(line)
            path = [each.value.upper().strip() for each in open_parts]
            if path == ["VCALENDAR", "VEVENT"]:
                event = Event(number, open_parts[0].number)
        elif line.name == "END":
            if not open_parts or open_parts.pop().value.upper().strip() != line.value.upper().strip():
                yield NotIcs(number)
                return
            if event is not None and len(open_parts) == 1:
                yield event
                event = None
        elif event is not None and len(open_parts) == 2:
            event.lines.setdefault(line.name, line)
        elif not open_parts:
            yield NotIcs(number)
    if open_parts:
        yield NotIcs(number)

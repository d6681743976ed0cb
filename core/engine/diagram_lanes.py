"""Where everything of a flow's diagram stands: boxes in one column, and beside it the lanes in which steps run.

Steps to a later stage run on the right, those back (or to the same stage) on the left. All steps to one stage share a
lane on each side, and two lanes stand on the same place only where they do not meet. All lengths are in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.engine.diagram import BY, Box, Diagram, named
from core.engine.text import columns

Side = Literal["left", "right"]

WIDE: Final = 500.0  # of a box
LINE: Final = 18.0  # height of one line of small text
HEAD: Final = 36.0  # height of a box's first row
_STEP: Final = 24.0  # height of a step's first line
_FOOT: Final = 8.0
_BETWEEN: Final = 26.0  # boxes
_LANE: Final = 16.0  # from one lane to the next
_MARGIN: Final = 24.0
_TOP: Final = 92.0  # the title, and the point where a case begins
BY_COLUMNS: Final = 66  # of a line that says who may take a step


@dataclass(frozen=True, slots=True)
class Row:
    """A step within its box: ``y`` is the middle of its first line, ``by`` the lines below it."""

    y: float
    label: str
    by: tuple[str, ...]
    to: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its top and height; its middle, where steps arrive, is that of its first row."""

    box: Box
    y: float
    height: float
    rows: tuple[Row, ...]

    @property
    def entry(self) -> float:
        return self.y + HEAD / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """All steps that lead to one stage on one side: from the rows at ``sources`` along ``x`` to ``entry``."""

    side: Side
    to: int
    x: float
    sources: tuple[float, ...]
    entry: float


@dataclass(frozen=True, slots=True)
class Layout:
    """``left`` and ``right`` are the sides of every box."""

    width: float
    height: float
    left: float
    right: float
    boxes: tuple[Placed, ...]
    lanes: tuple[Lane, ...]


def lay_out(diagram: Diagram) -> Layout:
    """The same diagram is always laid out the same."""
    boxes, y = [], _TOP
    for box in diagram.boxes:
        placed = _placed(box, y, diagram.language)
        boxes.append(placed)
        y += placed.height + _BETWEEN
    before, after = _tracks(boxes, "left"), _tracks(boxes, "right")
    left = _MARGIN + _LANE * (1 + max(before.values(), default=-1) + 1)
    right = left + WIDE
    lanes = [_lane(boxes, "left", to, left - _LANE * (track + 1)) for to, track in before.items()]
    lanes += [_lane(boxes, "right", to, right + _LANE * (track + 1)) for to, track in after.items()]
    width = right + _MARGIN + _LANE * (1 + max(after.values(), default=-1) + 1)
    return Layout(width, y + _MARGIN - _BETWEEN, left, right, tuple(boxes), tuple(lanes))


def _placed(box: Box, y: float, language: str) -> Placed:
    rows, below = [], y + HEAD
    for step in box.steps:
        lines = wrapped(named(BY, step.by, language), BY_COLUMNS)
        rows.append(Row(below + _STEP / 2, step.label, lines, step.to))
        below += _STEP + LINE * len(lines)
    return Placed(box, y, below - y + (_FOOT if rows else 0), tuple(rows))


def _sources(boxes: Sequence[Placed], side: Side, to: int) -> tuple[float, ...]:
    """The rows whose steps lead there on that side."""
    return tuple(
        row.y
        for place, placed in enumerate(boxes)
        for row in placed.rows
        if row.to == to and (side == "right") == (place < to)
    )


def _tracks(boxes: Sequence[Placed], side: Side) -> dict[int, int]:
    """Stage -> which place its lane has, counted from the boxes: short ones are the inner ones."""
    spans = {}
    for to, placed in enumerate(boxes):
        if sources := _sources(boxes, side, to):
            spans[to] = (min(*sources, placed.entry), max(*sources, placed.entry))
    taken: list[list[tuple[float, float]]] = []
    tracks = {}
    for to, (top, bottom) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[0])):
        track = next((n for n, used in enumerate(taken) if all(bottom < a or b < top for a, b in used)), len(taken))
        if track == len(taken):
            taken.append([])
        taken[track].append((top, bottom))
        tracks[to] = track
    return tracks


def _lane(boxes: Sequence[Placed], side: Side, to: int, x: float) -> Lane:
    return Lane(side, to, x, _sources(boxes, side, to), boxes[to].entry)


def shortened(text: str, most: int) -> str:
    """No wider than ``most`` columns."""
    return text if _fitting(text, most) == len(text) else text[: _fitting(text, most - 1)] + "…"


def wrapped(text: str, most: int) -> tuple[str, ...]:
    """Lines no wider than ``most`` columns, broken behind spaces and commas where there are some."""
    lines = []
    while (end := _fitting(text, most)) < len(text):
        good = max(text.rfind(" ", 0, end + 1), text.rfind("、", 0, end)) + 1
        end = good or end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return (*lines, text)


def _fitting(text: str, most: int) -> int:
    """How many of its first characters are no wider than ``most`` columns."""
    width = 0
    for place, character in enumerate(text):
        width += columns(character)
        if width > most:
            return place
    return len(text)

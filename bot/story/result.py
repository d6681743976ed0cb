"""How a story came out: a transcript, and at the first step that did not, what was expected and what was said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """`step` counts from 1; `line` is its line in the file; `said` is what was there instead."""

    step: int
    line: int
    title: str
    expected: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"step {self.step} (line {self.line}): {self.title}", f"  expected: {_indented(self.expected)}"]
        lines.append("  instead:" if self.said else "  instead: nothing")
        lines += [f"    - {_indented(each, 6)}" for each in self.said]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Result:
    """One story on one channel."""

    story: str
    channel: str
    steps: int
    failure: Failure | None
    transcript: tuple[str, ...]

    @property
    def came_out(self) -> bool:
        return self.failure is None


def _indented(text: str, by: int = 12) -> str:
    return text.replace("\n", "\n" + " " * by)

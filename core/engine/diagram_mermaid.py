"""A flow's diagram as Mermaid text (a flowchart from top to bottom), for whatever draws Mermaid."""

from typing import Final
from unicodedata import category

from core.engine.diagram import BY, OWNER, STARTS, Box, Diagram, named

_PLAIN: Final = " ,/():"  # of ASCII's signs those that mean nothing within a quoted label
_HARMLESS: Final = frozenset("LMPSN")  # letters, marks, signs and digits; the rest is invisible or no character


def mermaid(diagram: Diagram) -> str:
    """Stages are called s0, s1 and so on: a key could be one of Mermaid's own words."""
    lines = ["flowchart TD", f"    accTitle: {_bare(diagram.title)}", "    begin(( )) --> s0"]
    lines += [f"    s{place}{_box(box, diagram.language)}" for place, box in enumerate(diagram.boxes)]
    for place, box in enumerate(diagram.boxes):
        for step in box.steps:
            by = named(BY, step.by, diagram.language)
            lines.append(f'    s{place} -->|"{_escaped(step.label)}<br/>{_escaped(by)}"| s{step.to}')
    lines.append("    classDef final stroke-width:4px")
    return "\n".join(lines) + "\n"


def _box(box: Box, language: str) -> str:
    lines = [
        box.name,
        named(OWNER, box.owner, language),
        *([named(STARTS, box.starts, language)] if box.starts else []),
    ]
    label = f'"{"<br/>".join(map(_escaped, lines))}"'
    return f"([{label}]):::final" if box.final else f"[{label}]"


def _escaped(text: str) -> str:
    """Whatever could be Mermaid, Markdown or HTML becomes ``#<code point>;``, which Mermaid shows as the character."""
    return "".join(each if _is_plain(each) else f"#{ord(each)};" for each in text)


def _bare(text: str) -> str:
    """For where Mermaid knows no escape: what would need one becomes a space."""
    return " ".join("".join(each if _is_plain(each) else " " for each in text).split())


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _PLAIN
    return category(character)[0] in _HARMLESS

"""Choosing one of many in a chat: by number, key or name; of rows of a table also by a part of the name."""

from collections.abc import Sequence

from core.engine.flow import Field
from core.engine.spec_kinds import Choice

MOST_SHOWN = 20  # choices that one question lists; of more it asks for a part of the name


def offered(field: Field, among: Sequence[str] = ()) -> tuple[Choice, ...]:
    """What the question lists with numbers: what was found last, else all; none where a table has many."""
    if among:
        known = {choice.key: choice for choice in field.choices}
        return tuple(known[key] for key in among if key in known)
    return field.choices if field.choices_from is None or len(field.choices) <= MOST_SHOWN else ()


def chosen(field: Field, text: str, among: Sequence[str] = ()) -> str:
    """The key of what is meant; what fits no choice stays as it is, and the validator tells."""
    exact = next((each.key for each in field.choices if text in (each.key, *each.name.values())), None)
    if exact is not None and not (among and text.isdecimal()):
        return exact
    for number, choice in enumerate(offered(field, among), start=1):
        if text == str(number):
            return choice.key
    if exact is not None:
        return exact
    part = found(field, text)
    return part[0] if len(part) == 1 else text


def found(field: Field, text: str) -> tuple[str, ...]:
    """Keys of the rows of a table whose name or key has these words in it; choices of the flow itself have no parts."""
    words = text.casefold()
    if field.choices_from is None or not words:
        return ()
    return tuple(
        each.key
        for each in field.choices
        if words in each.key or any(words in name.casefold() for name in each.name.values())
    )

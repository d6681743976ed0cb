"""JSON Pointers (RFC 6901): the addresses of places in a document that was sent."""

from collections.abc import Iterable, Iterator


def join(pointer: str, *parts: str | int) -> str:
    """The pointer of a place below ``pointer``: ``join("/stages", 3, "name") == "/stages/3/name"``."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    """The unescaped parts of a pointer; the empty pointer (the whole document) has none."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def descend(data: object, parts: Iterable[str | int]) -> Iterator[str | int]:
    """The parts that lead somewhere in ``data``, as its own keys and indexes; the others are passed over.

    (A validator's location may hold names of union members, which are no places in the document.)
    """
    for part in parts:
        if isinstance(data, dict) and str(part) in data:
            data = data[str(part)]
            yield str(part)
        elif isinstance(data, list) and (index := _index(part)) is not None and index < len(data):
            data = data[index]
            yield index


def nearest(data: object, pointer: str) -> str:
    """The longest beginning of ``pointer`` that is a place in ``data``."""
    found = ""
    for part in split(pointer):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and (index := _index(part)) is not None and index < len(data):
            data = data[index]
        else:
            break
        found = join(found, part)
    return found


def _index(part: str | int) -> int | None:
    """An array index as RFC 6901 writes it: ASCII digits without a leading zero."""
    text = str(part)
    return int(text) if text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0") else None

"""What is known of the people of a case, and may stand nowhere in its story."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from core.clients.tables import client, guardian
from core.engine.flow import Flow
from core.store.reading import Reader
from core.store.sealing import Row

_CLOSED: Final = frozenset({"bool", "int", "money", "decimal"})  # of these types nothing is looked for in the story


def guardians(reader: Reader, client_id: int) -> list[Row]:
    """Files of whoever follows this client's cases, or did."""
    rows = (reader.peek(client, each["person_id"]) for each in reader.find(guardian, client_id=client_id))
    return [row for row in rows if row is not None]


def on_file(person: Mapping[str, Any]) -> set[str]:
    """Of a client or a guardian, beside his name."""
    return {str(person[each] or "") for each in ("phone", "email", "birth_date", "passport_no")}


def following(reader: Reader, client_id: int, events: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Guardians, with their files: those of today, and those who were some while the case ran."""
    since = {each["data"]["person_id"] for each in events if each["type"] in ("GuardianSet", "GuardianEnded")}
    there = [
        each for each in reader.find(guardian, client_id=client_id) if not each["ended"] or each["person_id"] in since
    ]
    files = [(each, reader.peek(client, each["person_id"])) for each in there]
    return [(each, file) for each, file in files if file is not None and file["erased_at"] is None]


def in_fields(flow: Flow, values: Mapping[str, object]) -> set[str]:
    """The words of personal fields; of several choices each, of stays their places: their days are moved, and a moved
    day may be another real one."""
    personal = [field.key for field in flow.fields if field.pii != "none" and field.type not in _CLOSED]
    return {each for key in personal for each in _words(values.get(key))}


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield str(value["place"])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _words(each)

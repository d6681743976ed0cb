"""What is known of the people of a case, and may stand nowhere in its story."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.clients.tables import client, guardian
from core.engine.flow import Flow
from core.store.reading import Reader
from core.store.sealing import Row


def guardians(reader: Reader, client_id: int) -> list[Row]:
    """Files of whoever follows this client's cases, or did."""
    rows = (reader.peek(client, each["person_id"]) for each in reader.find(guardian, client_id=client_id))
    return [row for row in rows if row is not None]


def on_file(person: Mapping[str, Any]) -> set[str]:
    """Of a client or a guardian, beside his name."""
    return {str(person[each] or "") for each in ("phone", "email", "birth_date", "passport_no")}


def in_fields(flow: Flow, values: Mapping[str, object]) -> set[str]:
    """The words of personal fields; of stays each day and place, of several choices each."""
    return {each for field in flow.fields if field.pii != "none" for each in _words(values.get(field.key))}


def _words(value: object) -> Iterator[str]:
    parts: Iterable[object] = ()
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        parts = value
    elif isinstance(value, Mapping):
        parts = value.values()
    for each in parts:
        yield from _words(each)

"""What a button does, without ids: the same in the agency's house and in a story's."""

from collections.abc import Mapping
from typing import Any

from core.cases.tables import applicant, document_version, item
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task

_WORDS = frozenset({"remark", "words", "note", "text", "summary", "demand", "assessment"})
"""Arguments that say something in people's words: they tell no button from another."""

Signature = tuple[Any, ...]


class Describing:
    """``people``: (kind, id) -> key in the story."""

    def __init__(self, lookup: Lookup, people: Mapping[tuple[str, int], str]) -> None:
        self._lookup = lookup
        self._people = people

    def command(self, kept: Mapping[str, Any]) -> Signature:
        """Of a command as it waits in a button."""
        args = sorted((name, self._value(name, value)) for name, value in kept["args"].items() if name not in _WORDS)
        return (kept["command"], *args)

    def _value(self, name: str, value: Any) -> Any:
        if name in ("item_ids", "version_ids"):
            return repr(tuple(self._value(name[:-1], each) for each in value))
        if not isinstance(value, int) or isinstance(value, bool) or not name.endswith("_id"):
            return repr(value)
        found = {"item_id": self._item, "version_id": self._version, "task_id": self._task}.get(name)
        if found is not None:
            return found(value)
        person = {"staff_id": "staff", "client_id": "client"}.get(name)
        return self._people.get((person, value), "") if person else ""

    def _item(self, row_id: int) -> str:
        row = self._lookup.peek(item, row_id)
        return "" if row is None else f"{row['key']}/{self._traveller(row)}"

    def _traveller(self, row: Row) -> int:
        found = self._lookup.peek(applicant, row["applicant_id"] or 0)
        return -1 if found is None else int(found["position"])

    def _version(self, row_id: int) -> str:
        row = self._lookup.peek(document_version, row_id)
        return "" if row is None else f"{self._item(row['item_id'])}/{row['n']}"

    def _task(self, row_id: int) -> str:
        """Its title and which one of that title it is."""
        row = self._lookup.peek(task, row_id)
        if row is None:
            return ""
        same = [each["id"] for each in self._lookup.find(task, case_id=row["case_id"]) if each["title"] == row["title"]]
        return f"{row['title'].get('zh-CN')}/{same.index(row_id)}"

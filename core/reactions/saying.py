"""Texts of a flow that are kept as words: the title of a task, the note of a service. Their fields are put in as they
are at the act, in both languages; what is drawn later for a reader (messages) is filled when it is sent."""

from collections.abc import Mapping
from typing import Any, Final

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.engine.field_words import fields_asked, shorter, value_words, with_fields
from core.engine.masking import HIDDEN
from core.engine.text import Words

LONGEST: Final = 60  # characters of one value in a title


def said_now(words: Mapping[str, str], case_id: int, deed: Deed) -> Words:
    """The words with what the fields of the case hold now; a personal field is hidden, whoever wrote it there."""
    if not any(fields_asked(text) for text in words.values()):
        return dict(words)
    row = deed.uow.get(case, case_id)
    return {language: with_fields(text, _Said(row, language, deed)) for language, text in words.items()}


class _Said:
    """The words for a field, by its key."""

    def __init__(self, row: Mapping[str, Any], language: str, deed: Deed) -> None:
        flow = deed.tool("tables").filled(deed.uow, compiled_of(deed, dict(row)).flow)
        self._fields = {field.key: field for field in flow.fields}
        self._row, self._language, self._sayings = row, language, deed.tool("sayings")

    def __call__(self, key: str) -> str:
        field = self._fields.get(key)
        if field is None:
            return ""
        said = value_words(field, self._row["fields"].get(key), self._language, self._yes_no)
        return HIDDEN if said and field.pii != "none" else shorter(said, LONGEST)

    def _yes_no(self, yes: bool) -> str:
        return str(self._sayings.say(self._language, "form.yes" if yes else "form.no"))

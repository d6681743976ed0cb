"""Words that answered a question of the house, as words of the same kind that answer it the same way."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.dialogs import client_facts, stays
from bot.dialogs.form import read_value
from bot.story.past_deeds import Masking
from bot.story.standins import as_written, is_masked, stand_in
from core.engine.choosing import found
from core.engine.flow import Field
from core.engine.forms import fits
from core.engine.stay_fields import stay_problems
from core.ledger.tables import outbox
from core.store.reading import Reader
from core.store.sealing import Row

_ENDS: Final = client_facts.SKIP | stays.NONE | stays.AGAIN | stays.DONE
_HEARD: Final = frozenset({"form.bad", "form.done", "form.kept"})  # said of an answer of a member of staff


class Answers:
    """Of one case. ``events``: all of its own."""

    def __init__(self, reader: Reader, row: Row, events: Sequence[Row], masking: Masking) -> None:
        self._reader, self._row, self._masking = reader, row, masking
        self._filled: dict[int, list[str]] = {}
        for each in events:
            if each["type"] == "FieldSet" and not each["data"].get("computed"):
                self._filled.setdefault(each["correlation"], []).extend(each["data"]["fields"])
        self._asked: dict[tuple[str, int], list[tuple[int, Mapping[str, Any]]]] = {}

    def elsewhere(self, said: Row) -> bool:
        """Whether they answered a question about another case, such as a child of this one."""
        if self._masking.speech.is_command(str(said["body"]["text"]), staff=said["sender"] == "staff"):
            return False
        heard, last = self._before(said)
        return heard and said["entry_id"] not in self._filled and last.get("case") not in (None, self._row["id"])

    def words(self, said: Row) -> str | None:
        """What the story has in their place; None where they answer no question about the case's fields."""
        text, staff = str(said["body"]["text"]).strip(), said["sender"] == "staff"
        if self._masking.speech.is_command(text, staff=staff):
            return None
        asked = self._question(said)
        if asked is None:
            return None
        field = next((each for each in self._masking.flow.fields if each.key == asked["fields"][0]), None)
        if field is None or text.lower() in _ENDS:  # of a version that the case has left
            return None if field is None else text
        if field.type == "stays":
            return self._stays(field, text)
        return self._value(field, text, asked.get("among", ()))

    def _question(self, said: Row) -> Mapping[str, Any] | None:
        """The last one before these words, if they were heard as its answer: a field was filled, or it was asked on."""
        heard, last = self._before(said)
        filled = self._filled.get(said["entry_id"], [])
        if last.get("case") != self._row["id"]:
            last = {}
        if (heard or filled) and last.get("fields") and (not filled or last["fields"][0] in filled):
            return last
        return {"fields": filled} if filled else None

    def _before(self, said: Row) -> tuple[bool, Mapping[str, Any]]:
        """Whether these words were heard as an answer, and the last question before them."""
        person, entry = (said["sender"], said["sender_id"] or 0), said["entry_id"]
        mine = {"person_kind": person[0], "person_id": person[1]}
        told = [each["notice"] for each in self._reader.find(outbox, cause=entry, **mine)]
        heard = any(each["kind"] == "dialog" or each["params"].get("key") in _HEARD for each in told)
        if person not in self._asked:
            rows = self._reader.find(outbox, outbox.c.id > self._row["id"], order=outbox.c.id, copy_of=None, **mine)
            shown = [(each["id"], each["notice"]["params"]) for each in rows if each["notice"]["kind"] == "dialog"]
            self._asked[person] = shown
        return heard, next((params for at, params in reversed(self._asked[person]) if at < said["id"]), {})

    def _value(self, field: Field, text: str, among: Sequence[str]) -> str:
        value = read_value(field, text, among)
        masked = is_masked(field, value, self._masking.flow_words)
        if fits(field, value):
            return stand_in(field, value, self._masking.names, self._masking.flow_words) if masked else text
        return text if found(field, text) and not masked else self._masking.speech.client(text)

    def _stays(self, field: Field, text: str) -> str:
        """Each line that can be read in the form in which a story writes it."""
        value = stays.heard(field, text)
        if isinstance(value, str) or stay_problems(field, value):
            return self._masking.speech.client(text)
        masked = is_masked(field, value, self._masking.flow_words)
        told = stand_in(field, value, *self._names()) if masked else as_written(field, value)
        return told if stays.ends(text) else told.removesuffix("; done")

    def _names(self) -> tuple[Any, str]:
        return self._masking.names, self._masking.flow_words

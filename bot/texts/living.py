"""The catalogue with the agency's own wording over it: a change is said at once here, and soon by other processes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.texts.catalogue import Texts
from core.catalog.tables import text_override
from core.engine.text import fill
from core.store.reading import Lookup

STALE = timedelta(seconds=5)  # how long another process may say the old words


class LivingTexts(Texts):
    """`catch_up` is called wherever something is about to be said; most calls only look at a clock."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(catalogues)
        self._own: dict[tuple[str, str], str] = {}
        self._read: datetime | None = None
        self._changes = 0

    def say(self, language: str, key: str, params: Mapping[str, object] | None = None) -> str:
        own = self._own.get((language, key)) if self._own else None
        if own is None:
            return super().say(language, key, params)
        values = params or {}
        return fill(own, values, values.keys())

    def catch_up(self, lookup: Lookup, now: datetime) -> None:
        """Read the agency's wording if it may have changed since."""
        if self._read is not None and abs(now - self._read) < STALE:
            return
        changes, rows = self._changes, lookup.find(text_override)
        self._own = {(row["language"], row["text_key"]): row["words"] for row in rows if row["words"] is not None}
        self._read = now if changes == self._changes else None  # somebody changed a text while this was read

    def forget(self) -> None:
        """Something was changed: the next to speak reads it. May be called from any thread."""
        self._changes += 1
        self._read = None

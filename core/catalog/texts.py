"""Handlers of the agency's own wording: checked against the sentence that it stands for, then kept."""

from core.bus.deed import Deed
from core.catalog.tables import text_override
from core.commands.texts import ResetText, SetText
from core.engine.sayings import Sayings, key_problems, words_problems
from core.events.texts import TextChanged
from core.kit.errors import Invalid

BELL = "texts"  # rung after a change: this process says the new words at once


def set_text(command: SetText, deed: Deed) -> None:
    """Raises Invalid: a key that nobody says, a placeholder that this sentence does not have, no words at all."""
    sayings: Sayings = deed.tool("sayings")
    problems = key_problems(sayings, command.key, "/key")
    problems = problems or words_problems(sayings, command.key, command.words, "/words")
    if problems:
        raise Invalid(problems=problems)
    _keep(deed, command.key, command.language, command.words)


def reset_text(command: ResetText, deed: Deed) -> None:
    """Nothing to take back is no mistake. Raises Invalid for a key that nobody says."""
    problems = key_problems(deed.tool("sayings"), command.key, "/key")
    if problems:
        raise Invalid(problems=problems)
    _keep(deed, command.key, command.language, None)


def _keep(deed: Deed, key: str, language: str, words: str | None) -> None:
    deed.uow.need(f"text:{key}:{language}")
    row = deed.uow.first(text_override, text_key=key, language=language)
    before = None if row is None else row["words"]
    if before == words:
        return
    kept = {"words": words, "changed_at": deed.now, "changed_by": deed.actor.id}
    if row is None:
        deed.uow.add(text_override, text_key=key, language=language, **kept)
    else:
        deed.uow.change(text_override, row["id"], **kept)
    deed.uow.rings.add(BELL)
    deed.emit(TextChanged(key=key, language=language, before=before, after=words))

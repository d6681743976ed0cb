"""What is said about a problem that may be expected: one sentence with its remedy, and the exit code.

It knows every library that may fail, so it is imported only when something has failed.
"""

from sqlalchemy.exc import DBAPIError

from bot.cli.problems import USAGE, WRONG, Broken, CannotServe, WrongInput
from bot.texts.catalogue import built_in
from core.kit.crypto import MissingKey, Tampered
from core.kit.errors import Refusal
from core.kit.settings_sources import SettingsError


def told(problem: Exception) -> tuple[str, int] | None:
    """Its sentence and exit code; None for a fault of ours."""
    if isinstance(problem, CannotServe | MissingKey | SettingsError | WrongInput):
        return str(problem), USAGE
    if isinstance(problem, Broken):
        return str(problem), WRONG
    if isinstance(problem, Refusal):
        return refused(problem), WRONG
    if isinstance(problem, DBAPIError):
        return _database(problem), WRONG
    if isinstance(problem, Tampered):
        return f"{problem}. Is this the right key, and the files folder of this database?", WRONG
    if isinstance(problem, OSError):
        return f"{problem.filename or 'the system'}: {problem.strerror or problem}", WRONG
    return None


def refused(refusal: Refusal) -> str:
    """Why the house said no: its problems with their places, else its own words, else the sentence of its kind."""
    if refusal.problems:
        return "\n".join(f"{each.pointer.lstrip('/') or '/'}: {each.message['en']}" for each in refusal.problems)
    if refusal.text:
        return refusal.text
    texts = built_in()
    key = next((each for each in (refusal.text_key, f"refusal.{refusal.code}") if texts.has(each)), "refusal.refused")
    return texts.say("en", key, {hole: refusal.params.get(hole, "?") for hole in texts.holes(key) or ()})


def _database(failed: DBAPIError) -> str:
    said = str(failed.orig)[:300].strip()
    if "no such table" in said or "no such column" in said or "does not exist" in said:
        return f"The database has not the tables of this version ({said}). Remedy: banli migrate"
    return f"The database does not answer: {said}\nRemedy: start it, or mend BANLI_DATABASE_URL; banli doctor looks."

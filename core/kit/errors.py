"""The Refusal tree: every "no" that the business can say. A crash is never a Refusal.

    Refusal                    the request was understood and is not carried out
    ├── NotAllowed      403    the actor may not do this
    ├── NotFound        404    there is no such thing, or it is not the actor's to see
    ├── Invalid         422    the content is wrong; all problems are listed at once
    ├── Stale           409    the thing has changed since the button or form was made
    ├── AlreadyDecided  409    somebody was faster
    ├── NotPossibleNow  409    the flow does not allow this step in the present stage, or a guard says no
    ├── TooMuch         413    a size, count or page limit is exceeded
    ├── TooOften        429    a rate limit is exceeded
    └── Busy            503    the store cannot take it now; send it again

Each class has a stable ``code`` (``code`` in problem+json, ``refusal.<code>`` in the text catalogues) and an HTTP
status. The docstring tells the reader the remedy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document or form.

    ``pointer`` is a JSON Pointer (RFC 6901) into what was sent, ``code`` a stable machine name, ``message`` the
    sentence and the remedy in each language (keys ``zh-CN`` and ``en``).
    """

    pointer: str
    code: str
    message: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message.get('en', self.code)}"


NOT_YOURS = frozenset({"two_reviewers", "second_asked", "has_owner", "taken"})
"""Reasons which say that the work is another person's: whoever stands in for that person may do it after all."""


class Refusal(Exception):
    """The request was understood and is not carried out. Read ``code`` and ``params``."""

    code = "refused"
    status = 409

    def __init__(self, text: str = "", *, problems: Sequence[Problem] = (), **params: object) -> None:
        super().__init__(text or self.code)
        self.text = text
        self.problems = tuple(problems)
        self.params: dict[str, object] = params

    @property
    def text_key(self) -> str:
        """Key of the sentence in the text catalogues; a more specific reason wins over the class."""
        reason = self.params.get("reason")
        return f"refusal.{self.code}.{reason}" if reason else f"refusal.{self.code}"

    @property
    def not_yours(self) -> bool:
        """Whether it is about who asks, so that as somebody else he may be answered otherwise."""
        return isinstance(self, NotAllowed) or self.params.get("reason") in NOT_YOURS


class NotAllowed(Refusal):
    """Ask somebody who has the right, or ask an admin for it."""

    code, status = "not_allowed", 403


class NotFound(Refusal):
    """Check the number; things that are not yours look the same as things that do not exist."""

    code, status = "not_found", 404


class Invalid(Refusal):
    """Mend every problem in the list, then send it again."""

    code, status = "invalid", 422


class Stale(Refusal):
    """Look at the newest card or reload, then decide again."""

    code, status = "stale", 409


class AlreadyDecided(Refusal):
    """Nothing to do: ``who`` decided ``when``."""

    code, status = "already_decided", 409


class NotPossibleNow(Refusal):
    """Do what the reasons name first, then try again."""

    code, status = "not_possible_now", 409


class TooMuch(Refusal):
    """Send less: a smaller file, fewer pages, a shorter text."""

    code, status = "too_much", 413


class TooOften(Refusal):
    """Wait a moment, then go on."""

    code, status = "too_often", 429


class Busy(Refusal):
    """The store cannot take it now: send the same again after the given seconds; nothing was kept."""

    code, status = "busy", 503

"""Passwords: what a good one is, and how it is kept (argon2id).

A hash takes a fifth of a second and 64 MiB on purpose. It is made and compared where somebody waits for it, never by
the thread that carries out commands, and by no more than four at once; a fifth waits a moment.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.kit.errors import Busy, Problem
from core.kit.ids import new_secret
from core.staff.common_passwords import COMMON

SHORTEST: Final = 12
LONGEST: Final = 128
AT_ONCE: Final = 4
PATIENCE: Final = 10.0  # seconds that somebody waits for his turn

_hasher: Final = PasswordHasher()
_turns: Final = threading.BoundedSemaphore(AT_ONCE)


def password_problems(password: str, *others: str) -> list[Problem]:
    """Why this is no good password; ``others`` are words that it must not be, such as the login name. Length is what
    counts: no kind of character is asked for."""
    if len(password) < SHORTEST:
        return [_problem("short", f"至少 {SHORTEST} 个字符", f"at least {SHORTEST} characters")]
    if len(password) > LONGEST:
        return [_problem("long", f"最多 {LONGEST} 个字符", f"at most {LONGEST} characters")]
    bare = password.casefold()
    if bare in COMMON or len(set(bare)) <= 2 or any(bare == each.casefold() for each in others):
        return [_problem("common", "这个密码太常见，请换一个", "this password is too common; choose another one")]
    return []


def hash_password(password: str, patience: float = PATIENCE) -> str:
    """Argon2id with a random salt. Raises Busy when four others are at it for longer than ``patience`` seconds."""
    with turn(patience):
        return _hasher.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password; without a kept one the same work is done for nothing. Raises Busy as above."""
    with turn():
        try:
            _hasher.verify(kept or _nobodys(), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


@contextmanager
def turn(patience: float = PATIENCE) -> Iterator[None]:
    """One of four places; whoever has it may make or compare a hash. Raises Busy."""
    if not _turns.acquire(timeout=patience):
        raise Busy(retry_after=2)
    try:
        yield
    finally:
        _turns.release()


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has."""
    return _hasher.hash(new_secret())


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem("/password", f"staff.password_{code}", {"zh-CN": zh, "en": en})

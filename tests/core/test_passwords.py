"""Passwords: how they are kept, what is a bad one, and that no more than four are hashed at once."""

import asyncio
from contextlib import ExitStack

import pytest

from admin_api.routes.accounts import ACCOUNTS
from admin_api.routes.keys import KEYS
from core.kit.errors import Busy
from core.staff.passwords import AT_ONCE, LONGEST, SHORTEST, hash_password, is_password, password_problems, turn


def test_a_hash_opens_for_its_password_alone_and_is_never_the_same() -> None:
    first, second = hash_password("four words and a half"), hash_password("four words and a half")
    assert first != second
    assert is_password("four words and a half", first)
    assert not is_password("four words and a halF", first)
    assert not is_password("four words and a half", None)
    assert not is_password("x", "no hash at all")


def test_a_fifth_waits_and_is_told_so_when_it_takes_too_long() -> None:
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(turn())
        with pytest.raises(Busy):
            hash_password("four words and a half", patience=0)
    hash_password("four words and a half", patience=0)


@pytest.mark.parametrize("length, good", [(SHORTEST - 1, False), (SHORTEST, True), (64, True), (LONGEST + 1, False)])
def test_length_is_what_counts(length: int, good: bool) -> None:
    password = ("the quick brown fox jumps over " * 5)[:length]
    assert (password_problems(password) == []) is good


def test_one_is_not_ones_own_name_nor_a_common_one() -> None:
    assert password_problems("Zhang.San.Feng", "zhang.san.feng") != []
    for common in ("QwertyUiop123", "1qaz2wsx3edc", "abababababab", "CorrectHorseBatteryStaple"):
        assert [each.code for each in password_problems(common)] == ["staff.password_common"]


def test_no_password_is_hashed_on_the_event_loop() -> None:
    """A plain function runs in a worker thread; a coroutine would stop everybody's requests for as long as it takes."""
    for section in (ACCOUNTS, KEYS):
        assert not [route.path for route in section.routes if asyncio.iscoroutinefunction(route.endpoint)]

"""Links to originals: for one person and one version, for ten minutes, and nothing about them can be changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files.links import VALID, OriginalLinks, Pass
from core.kit.errors import NotFound, Stale

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LINKS = OriginalLinks(bytes(range(32)), "https://banli.example")
PERSON = Pass(2**62 + 1, 2**62 + 2)


def token_of(link: str) -> str:
    return link.rsplit("/", 1)[1]


def test_a_link_says_who_and_what_until_its_time_is_over() -> None:
    token = token_of(LINKS.link(PERSON, NOW))
    assert LINKS.read(token, NOW) == PERSON
    assert LINKS.read(token, NOW + VALID - timedelta(seconds=1)) == PERSON
    with pytest.raises(Stale):
        LINKS.read(token, NOW + VALID)


@given(place=st.integers(0, 500), letter=st.characters(), cut=st.booleans())
def test_whatever_is_changed_it_is_no_link(place: int, letter: str, cut: bool) -> None:
    token = token_of(LINKS.link(PERSON, NOW))
    at = place % len(token)
    changed = token[:at] if cut else token[:at] + letter + token[at + 1 :]
    if changed == token:
        return
    try:
        found = LINKS.read(changed, NOW)
    except NotFound:
        return
    # The last letter of base64 carries spare bits: another spelling of the same bytes is the same link.
    assert (at, found) == (len(token) - 1, PERSON)


@pytest.mark.parametrize("token", ["", "a", "é" * 30, "A" * 5000, "../../etc", "AAAA" * 19])
def test_nonsense_is_no_link(token: str) -> None:
    with pytest.raises(NotFound):
        LINKS.read(token, NOW)


def test_another_key_makes_no_link_of_ours() -> None:
    with pytest.raises(NotFound):
        LINKS.read(token_of(OriginalLinks(bytes(32), "").link(PERSON, NOW)), NOW)

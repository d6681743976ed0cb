"""The bot's sentences over the API: all of them, the agency's own words, and the built-in ones again."""

import pytest

from bot.texts.catalogue import sentences
from tests.admin_api.office import Office

KEY = "welcome.client"


def test_every_sentence_is_listed_with_what_may_stand_in_it(small_office: Office) -> None:
    first = small_office.get("visa.admin", "/texts?limit=500")
    everything = first["texts"] + small_office.get("visa.admin", f"/texts?limit=500&cursor={first['next']}")["texts"]
    assert [each["key"] for each in everything] == sorted(sentences()["en"])
    [one] = small_office.get("visa.admin", f"/texts?prefix={KEY}")["texts"]
    assert one == {
        "key": KEY,
        "placeholders": ["agency", "name"],
        "wording": {language: {"built_in": sentences()[language][KEY], "own": None} for language in ("zh-CN", "en")},
    }


def test_own_words_and_the_built_in_ones_again(office: Office) -> None:
    body = {"key": KEY, "language": "en", "words": "Hi {name}"}
    answer = office.call("visa.admin", "POST", "/texts", json=body)
    assert (answer.status_code, answer.json()["wording"]["en"]["own"]) == (200, "Hi {name}")
    assert answer.json()["wording"]["zh-CN"]["own"] is None
    answer = office.call("visa.admin", "POST", "/texts/reset", json={"key": KEY, "language": "en"})
    assert (answer.status_code, answer.json()["wording"]["en"]["own"]) == (200, None)


@pytest.mark.parametrize(
    "change,pointer",
    [({"key": "welcome.nobody"}, "/key"), ({"words": "Hi {who}"}, "/words"), ({"language": "fr"}, "/language")],
)
def test_a_mistake_is_told_at_its_place(small_office: Office, change: dict[str, str], pointer: str) -> None:
    body = {"key": KEY, "language": "en", "words": "Hi {name}"} | change
    answer = small_office.call("visa.admin", "POST", "/texts", json=body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


def test_only_who_may_changes_what_the_bot_says(small_office: Office) -> None:
    body = {"key": KEY, "language": "en", "words": "Hi"}
    assert small_office.call("visa.supervisor", "POST", "/texts", json=body).status_code == 403

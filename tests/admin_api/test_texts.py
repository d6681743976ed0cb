"""The bot's sentences over the API: all of them, the agency's own words, and the built-in ones again."""

from bot.texts.catalogue import sentences
from tests.admin_api.office import Office

KEY = "welcome.client"
PLACE = f"/texts/{KEY}/en"


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
    changed = office.put("visa.admin", PLACE, {"words": "Hi {name}"})
    assert (changed["wording"]["en"]["own"], changed["wording"]["zh-CN"]["own"]) == ("Hi {name}", None)
    assert office.get("visa.admin", f"/texts/{KEY}") == changed
    answer = office.delete("visa.admin", PLACE)
    assert (answer.status_code, answer.json()["wording"]["en"]["own"]) == (200, None)


def test_whoever_has_not_seen_the_words_does_not_write_over_them(office: Office) -> None:
    seen = office.seen("visa.admin", f"/texts/{KEY}")
    office.refused(428, "precondition_required", "visa.admin", "PUT", PLACE, json={"words": "Hi"})
    first = office.call("visa.admin", "PUT", PLACE, json={"words": "Hi {name}"}, headers=seen)
    office.refused(412, "precondition_failed", "other.admin", "PUT", PLACE, json={"words": "Ho"}, headers=seen)
    office.refused(412, "precondition_failed", "other.admin", "DELETE", PLACE, headers=seen)
    assert office.seen("visa.admin", f"/texts/{KEY}") == {"if-match": first.headers["etag"]}
    assert office.get("visa.admin", f"/texts/{KEY}")["wording"]["en"]["own"] == "Hi {name}"


def test_a_mistake_is_told_at_its_place(small_office: Office) -> None:
    told = small_office.refused(422, "invalid", "visa.admin", "PUT", PLACE, json={"words": "Hi {who}"})
    assert [each["pointer"] for each in told["errors"]] == ["/words"]
    for place in ("/texts/welcome.nobody/en", f"/texts/{KEY}/fr"):
        small_office.refused(404, "not_found", "visa.admin", "PUT", place, json={"words": "Hi"})
        small_office.refused(404, "not_found", "visa.admin", "DELETE", place)
    small_office.refused(404, "not_found", "visa.admin", "GET", "/texts/welcome.nobody")


def test_only_who_may_changes_what_the_bot_says(small_office: Office) -> None:
    small_office.refused(403, "not_allowed", "visa.supervisor", "PUT", PLACE, json={"words": "Hi"})

"""What may stand in a content, and which of several is meant."""

from typing import Any

from core.engine.contents import Asked, Choice, Published, choose, content_problems

RIGHT: dict[str, Any] = {
    "title": {"zh-CN": "题", "en": "T"},
    "text": {"zh-CN": "{name}，文", "en": "T"},
    "link": "https://example.com/2026?a=1",
    "topics": ("新能源", "chips"),
}
WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"title": {"zh-CN": "题"}}, "content.missing_text", "/title/en"),
    ({"title": {"zh-CN": "{name}", "en": "x"}}, "text.placeholder", "/title/zh-CN"),
    ({"text": {"zh-CN": "{secret}", "en": "x"}}, "text.placeholder", "/text/zh-CN"),
    ({"text": {"zh-CN": "长" * 501, "en": "x"}}, "content.text_size", "/text/zh-CN"),
    ({"text": {"zh-CN": "x", "en": "x", "fr": "x"}}, "content.language", "/text/fr"),
    ({"link": "http://example.com"}, "content.link", "/link"),
    ({"link": "https://a@example.com"}, "content.link", "/link"),
    ({"link": "https://example.com/a b"}, "content.link", "/link"),
    ({"link": "https://[::1"}, "content.link", "/link"),
    ({"link": "javascript:alert(1)//https://example.com"}, "content.link", "/link"),
    ({"link": "https://a:b@example.com/"}, "content.link", "/link"),
    ({"link": "https://evil.example\\.example.com/"}, "content.link", "/link"),
    ({"link": "https://example.com/\u202egnp.exe"}, "content.link", "/link"),
    ({"link": "https://example.com:port/"}, "content.link", "/link"),
    ({"link": 'https://example.com/"><script>'}, "content.link", "/link"),
    ({"topics": ()}, "content.no_topic", "/topics"),
    ({"topics": ("A", "ａ")}, "content.topic_twice", "/topics/1"),
    ({"topics": (" ",)}, "content.topic", "/topics/0"),
    ({"topics": ("a\nb",)}, "content.topic", "/topics/0"),
)


def test_what_is_wrong_with_a_content_is_told() -> None:
    assert list(content_problems(**RIGHT)) == []
    for change, code, pointer in WRONG:
        told = list(content_problems(**{**RIGHT, **change}))
        assert [(each.code, each.pointer) for each in told] == [(code, pointer)]
        assert all(each.message["zh-CN"] and each.message["en"] for each in told)


def test_the_newest_that_fits_and_is_new_is_chosen() -> None:
    new, old = Published("new", 2, ("芯片", "Ｅnergy")), Published("old", 1, ("energy",))
    shelf = [new, old]
    about = Asked(topics=("energy", "新能源政策"))
    assert choose(shelf, about, ()) == Choice(new, ("Ｅnergy",))  # however it is written
    assert choose(shelf, about, {2}) == Choice(old, ("energy",))
    assert choose(shelf, about, {1, 2}).why == "has"
    assert choose(shelf, Asked(topics=("tax",)), ()).why == "no_match"
    assert choose(shelf, Asked(topics=()), ()).why == "no_topics"
    assert choose(shelf, Asked(content="old"), ()) == Choice(old, old.topics)
    assert choose(shelf, Asked(content="gone"), ()).why == "not_published"
    assert choose(shelf, Asked(content_id=3), ()).why == "withdrawn"
    assert choose(shelf, Asked(content_id=1), {1}).why == "has"

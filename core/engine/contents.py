"""Contents of the office: what may stand in one, and which of those that are published is meant for a client. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from core.engine.facts import PLACEHOLDERS
from core.engine.flow import Field
from core.engine.office_table import values_of
from core.engine.pointer import join
from core.engine.text import LANGUAGES, check_template
from core.kit.errors import Problem

MOST_BYTES: Final = 1500  # UTF-8 of a text: with title, topics and footer it fits the shortest message of a channel
_UNSAFE: Final = re.compile(r'[\s\\"<>^`{|}]')  # no address has them as they are; a browser takes \ for /

Why = Literal["", "not_published", "withdrawn", "no_topics", "no_match", "has"]


@dataclass(frozen=True, slots=True)
class Published:
    """A content as it goes out now; `content_id` is that of its version."""

    key: str
    content_id: int
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which content a rule asks for, in one of three ways; `topics`: words of what the client cares about."""

    content_id: int = 0
    content: str = ""
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The content that is meant, with the topics for which it is; or why there is none."""

    published: Published | None = None
    topics: tuple[str, ...] = ()
    why: Why = ""


def choose(shelf: Sequence[Published], asked: Asked, has: Collection[int]) -> Choice:
    """From what is published, the newest first; `has`: ids of the versions that this client was sent before."""
    if asked.topics is not None:
        return _by_topics(shelf, asked.topics, has)
    found = next((each for each in shelf if asked.content_id == each.content_id or asked.content == each.key), None)
    if found is None:
        return Choice(why="withdrawn" if asked.content_id else "not_published")
    return Choice(why="has") if found.content_id in has else Choice(found, found.topics)


def _by_topics(shelf: Sequence[Published], words: tuple[str, ...], has: Collection[int]) -> Choice:
    if not words:
        return Choice(why="no_topics")
    wanted = {_folded(each) for each in words}
    about = [(each, tuple(topic for topic in each.topics if _folded(topic) in wanted)) for each in shelf]
    fitting = [(each, topics) for each, topics in about if topics]
    for each, topics in fitting:
        if each.content_id not in has:
            return Choice(each, topics)
    return Choice(why="has" if fitting else "no_match")


def words_of(field: Field | None, value: object) -> tuple[str, ...]:
    """What a client cares about by a field of several choices: the key of each choice and what people call it."""
    if field is None or not value:
        return ()
    names = {choice.key: choice.name.values() for choice in field.choices}
    return tuple(word for key in values_of(value) for word in (key, *names.get(key, ())))


def content_problems(
    title: Mapping[str, str], text: Mapping[str, str], link: str, topics: Sequence[str]
) -> Iterator[Problem]:
    """Everything that keeps a content from being written."""
    for place, words in (("/title", title), ("/text", text)):
        for language in LANGUAGES:
            if not words.get(language, "").strip():
                zh, en = f"缺少 {language} 文本。", f"The text in {language} is missing."
                yield Problem(join(place, language), "content.missing_text", {"zh-CN": zh, "en": en})
        for language in sorted(set(words) - set(LANGUAGES)):
            zh, en = f"只支持 {'、'.join(LANGUAGES)}。", f"Only {', '.join(LANGUAGES)} are known."
            yield Problem(join(place, language), "content.language", {"zh-CN": zh, "en": en})
    for language, sentence in title.items():
        yield from check_template(sentence, (), join("/title", language))
    for language, sentence in text.items():
        yield from check_template(sentence, PLACEHOLDERS, join("/text", language))
        if (size := len(sentence.encode())) > MOST_BYTES:
            zh, en = f"文本 {size} 字节，上限 {MOST_BYTES}。", f"{size} bytes; at most {MOST_BYTES}."
            yield Problem(join("/text", language), "content.text_size", {"zh-CN": zh, "en": en})
    if link and not _is_address(link):
        zh, en = "链接应以 https:// 开头，写明域名。", "A link begins with https:// and names a host."
        yield Problem("/link", "content.link", {"zh-CN": zh, "en": en})
    yield from _topic_problems(topics)


def _topic_problems(topics: Sequence[str]) -> Iterator[Problem]:
    if not topics:
        zh, en = "请至少写一个主题。", "Name one topic at least."
        yield Problem("/topics", "content.no_topic", {"zh-CN": zh, "en": en})
    seen: set[str] = set()
    for index, topic in enumerate(topics):
        if not topic.strip() or any(unicodedata.category(each).startswith("C") for each in topic):
            zh, en = "主题应是一个词。", "A topic is a word."
            yield Problem(join("/topics", index), "content.topic", {"zh-CN": zh, "en": en})
        elif _folded(topic) in seen:
            zh, en = f"主题“{topic}”写了两次。", f'The topic "{topic}" stands there twice.'
            yield Problem(join("/topics", index), "content.topic_twice", {"zh-CN": zh, "en": en})
        seen.add(_folded(topic))


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        named = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    hidden = any(unicodedata.category(each).startswith("C") for each in link)  # such as a change of direction
    return named and not hidden and _UNSAFE.search(link) is None


def _folded(word: str) -> str:
    """Two ways to write the same word are one: full width, capitals, blanks around it."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def shelf_with(shelf: Iterable[Published], fresh: Published) -> list[Published]:
    """As it would be once this content is published."""
    return [fresh, *(each for each in shelf if each.key != fresh.key)]

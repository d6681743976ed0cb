"""Sentences in the agency's own words, and in a flow's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.app import FLOWS
from bot.texts.catalogue import sentences
from bot.texts.living import STALE, LivingTexts
from core.catalog.tables import text_override
from core.commands.texts import ResetText, SetText
from core.commands.work import PublishFlow
from core.engine.lint_texts import NOT_BY_FLOW
from core.kit.errors import Invalid
from core.store.sealing import Row
from tests.bot.chat import new_client, open_case
from tests.house import TestHouse

KOREA = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text("utf-8")


def kept(agency: TestHouse) -> list[Row]:
    with agency.looking() as reader:
        return [row for row in reader.find(text_override) if row["words"] is not None]


@pytest.fixture(autouse=True)
def built_in_words_again(agency: TestHouse) -> Iterator[None]:
    yield
    for row in kept(agency):
        agency.do(ResetText(key=row["text_key"], language=row["language"]))


def test_the_agency_says_it_its_own_way_at_once_and_takes_it_back(agency: TestHouse) -> None:
    built_in, english = new_client(agency).says("你好啊").last, new_client(agency, "en")
    agency.do(SetText(key="menu.prompt", language="zh-CN", words="抱歉没看懂"))
    assert new_client(agency).says("随便说说").last == "抱歉没看懂"
    assert english.says("whatever").last == sentences()["en"]["menu.prompt"]  # the other language is not touched
    agency.do(SetText(key="menu.prompt", language="zh-CN", words="请看下面"))
    assert new_client(agency).says("再说说").last == "请看下面"
    agency.do(ResetText(key="menu.prompt", language="zh-CN"))
    assert new_client(agency).says("还说说").last == built_in
    assert kept(agency) == []


def test_a_button_has_the_agencys_label(agency: TestHouse) -> None:
    agency.do(SetText(key="button.person", language="zh-CN", words="找真人"))
    client = open_case(agency)
    client.says("听不懂的话")
    assert "找真人" in client.button_labels()
    client.presses("找真人")


@pytest.mark.parametrize(
    "key,words,code,said",
    [
        ("welcom.client", "x", "text.unknown", "welcome.client"),
        ("welcome.client", "Hi {nam}", "text.placeholder", "{name}"),
        ("welcome.client", "Hi {name", "text.brace", "{name}"),
        ("welcome.client", " \n ", "text.empty", "empty"),
        ("button.person", "to a person who will surely help", "flow.label_length", "24"),
    ],
)
def test_words_that_cannot_stand_there_are_refused_and_nothing_changes(
    agency: TestHouse, key: str, words: str, code: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        agency.do(SetText(key=key, language="en", words=words))
    [problem] = refused.value.problems
    assert problem.code == code
    assert said in problem.message["en"]
    assert kept(agency) == []


def test_another_process_says_the_new_words_soon(agency: TestHouse) -> None:
    """It hears no bell: it looks again after a few seconds."""
    other, key = LivingTexts(sentences()), "menu.prompt"
    with agency.looking() as reader:
        other.catch_up(reader, agency.clock.now())
    agency.do(SetText(key=key, language="en", words="Here you are"))
    for later, expected in ((STALE / 2, sentences()["en"][key]), (STALE, "Here you are")):
        with agency.looking() as reader:
            other.catch_up(reader, agency.clock.now() + later)
        assert other.say("en", key) == expected


def test_a_change_while_the_words_are_read_is_not_missed(agency: TestHouse) -> None:
    """The bell rings between the reading and its end: the next to speak reads once more."""
    texts = LivingTexts(sentences())

    class Slow:
        def __init__(self, inner: object) -> None:
            self.inner = inner

        def find(self, table: object) -> object:
            rows = self.inner.find(table)  # type: ignore[attr-defined]
            agency.do(SetText(key="menu.prompt", language="en", words="Late"))
            texts.forget()
            return rows

    with agency.looking() as reader:
        texts.catch_up(Slow(reader), agency.clock.now())  # type: ignore[arg-type]
    assert texts.say("en", "menu.prompt") == sentences()["en"]["menu.prompt"]
    with agency.looking() as reader:
        texts.catch_up(reader, agency.clock.now() + timedelta(milliseconds=1))
    assert texts.say("en", "menu.prompt") == "Late"


def test_a_flow_says_it_in_its_own_words_and_others_do_not(agency: TestHouse) -> None:
    own = 'texts:\n  menu.prompt: {zh-CN: "韩国签证助手没有看懂", en: "The Korea assistant did not understand"}\n'
    agency.do(PublishFlow(source=KOREA.replace("version: 1", "version: 2", 1) + own))
    agency.do(SetText(key="menu.prompt", language="zh-CN", words="本社没有看懂"))
    korea, japan = open_case(agency, flow="visa_kr_tourist"), open_case(agency)
    assert korea.says("嗯嗯").last == "韩国签证助手没有看懂"
    assert japan.says("嗯嗯").last == "本社没有看懂"


@pytest.mark.parametrize(
    "texts,code",
    [
        ('menu.promt: {zh-CN: "甲", en: "A"}', "text.unknown"),
        ('menu.prompt: {zh-CN: "甲{who}", en: "A"}', "text.placeholder"),
        ('menu.prompt: {zh-CN: "甲"}', "flow.missing_text"),
        (f'{NOT_BY_FLOW[0]}text: {{zh-CN: "甲", en: "A"}}', "text.not_by_flow"),
    ],
)
def test_a_flow_that_rewords_what_it_cannot_is_told_where(agency: TestHouse, texts: str, code: str) -> None:
    source = KOREA.replace("version: 1", "version: 3", 1) + f"texts:\n  {texts}\n"
    with pytest.raises(Invalid) as refused:
        agency.do(PublishFlow(source=source))
    [problem] = refused.value.problems
    assert problem.code == code
    assert problem.pointer.startswith("/texts/")

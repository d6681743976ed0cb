"""A run in a pseudo language: every sentence of the catalogue and the flow wears brackets, so what wears none was
written into the code."""

import itertools
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot import app
from bot.texts.catalogue import sentences
from core.cases.tables import document_version
from core.clients.tables import client
from core.commands.work import PublishFlow
from core.engine import text
from core.files import verdicts
from core.files.tables import file
from tests.bot.chat import BOTH, CONSULTANT, COPYWRITER, REVIEWER, case_of, open_case, paper, picture, word
from tests.engine.flow_parts import as_source, shipped_source
from tests.house import Person, TestHouse, open_house
from tests.services.databases import Databases

HOLE = re.compile(r"(?<![$])(\{[a-z][a-z0-9_]*\})")
WORN = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[^\W\d_]{2,}")
NO_SENTENCE = {"CNY", "HT", "PDF", "JPG", "PNG", "HEIC", "DOCX", "Mar", "你好", "加急", "标准"}


def worn(sentence: str) -> str:
    """The sentence in brackets, what is filled in outside of them."""
    return "".join(part if HOLE.fullmatch(part) else f"⟦{part}⟧" for part in HOLE.split(sentence) if part)


def dressed(tree: Any) -> Any:
    """The flow's document with every text worn."""
    if isinstance(tree, dict):
        if set(tree) == set(BOTH) and all(isinstance(each, str) for each in tree.values()):
            return {language: worn(words) for language, words in tree.items()}
        return {key: dressed(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [dressed(value) for value in tree]
    return str(tree) if isinstance(tree, date) else tree


@pytest.fixture(scope="module", params=BOTH)
def pseudo(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    catalogues = {language: {key: worn(words) for key, words in all_.items()} for language, all_ in sentences().items()}
    with pytest.MonkeyPatch.context() as patch, databases.fresh("sqlite") as url:
        patch.setattr(app, "sentences", lambda: catalogues)
        patch.setattr(text, "LABEL_COLUMNS", 99)
        for name in ("SEEN", "VERDICTS"):  # what is said of a file where no catalogue is at hand
            patch.setattr(verdicts, name, {code: dressed(words) for code, words in getattr(verdicts, name).items()})
        with open_house(url, tmp_path_factory.mktemp("pseudo")) as house:
            house.agency(request.param)
            source = dressed(YAML(typ="safe", pure=True).load(shipped_source("visa_jp_tourist")))
            house.do(PublishFlow(source=as_source(source | {"version": 9}).decode()))
            yield house


def shown(person: Person) -> str:
    """Everything that he saw, labels of buttons too."""
    cards = [sent.message.card for sent in person.messages]
    parts = [part for card in cards for part in (card.title, card.text, card.footer, *sum(card.facts, ()))]
    return "\n".join([*parts, *(button.label for card in cards for button in card.buttons)])


def journey(house: TestHouse, language: str) -> Person:
    """What clients and staff do on most days, and most of what they do wrong."""
    consultant, copywriter, reviewer = (house.people[name] for name in (CONSULTANT, COPYWRITER, REVIEWER))
    applicant = open_case(house, language)
    number = case_of(house, applicant)["number"]
    for said in ("进度", "材料", "1", "help", "???", "撤回", "改 1", "导出我的数据", "999"):
        applicant.says(said)
    applicant.sends("a.jpg", picture(60), word(applicant, "退休证", "Pension"))
    applicant.sends("b.pdf", paper("x"))
    applicant.sends("c.exe", b"MZ\x00\x01")
    applicant.says("人工")
    applicant.says("你好")
    for said in (
        "看板",
        "我的任务",
        f"案 {number}",
        "帮助",
        "逾期",
        "批量",
        f"找 {number}",
        f"标签 {number} 加急",
        "随便",
    ):
        reviewer.says(said)
        consultant.says(said)
    reviewer.says(f"退回 {number} {word(applicant, '退休证', 'Pension certificate')} 字迹不清")
    copywriter.says("我的任务")
    return applicant


def data_of(house: TestHouse) -> list[str]:
    """What is no sentence: names, what people typed, and what the checks said, which stays with the version."""
    names = [*house.people, *house.banli.house.agency.values(), *house.banli.house.agency.values()]
    with house.looking() as reader:
        names += house.banli.house.hours(reader).values()
        found = [each["text"].values() for row in reader.find(document_version) for each in row["findings"]]
        known = [row["name"] for row in reader.find(client)] + [row["name"] for row in reader.find(file)]
    return sorted({*names, *known, *itertools.chain(*found)}, key=len, reverse=True)


def test_nothing_that_people_read_is_written_into_the_code(pseudo: TestHouse, request: pytest.FixtureRequest) -> None:
    reader = journey(pseudo, request.node.callspec.params["pseudo"])
    readers = (reader, *(pseudo.people[name] for name in (CONSULTANT, COPYWRITER, REVIEWER)))
    seen = "\n".join(shown(each) for each in readers)
    assert len(WORN.findall(seen)) > 200
    left = WORN.sub("", seen)
    for data in data_of(pseudo):
        left = left.replace(data, "")
    assert sorted(set(LETTERS.findall(left)) - NO_SENTENCE) == []

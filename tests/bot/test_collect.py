"""A file finds its item: chosen, named, recognised or asked for once; nothing that a client sends is dropped."""

import pytest

from bot.story.paper import pdf_with_text
from core.cases.tables import document_version
from core.commands.cases import AddTraveller
from core.commands.contracts import Traveller
from tests.bot.chat import (
    BOTH,
    REVIEWER,
    approve,
    assert_readable,
    bound,
    case_of,
    new_client,
    open_case,
    paper,
    picture,
)
from tests.files.corpus import REFUSED
from tests.house import Person, TestHouse

SAMPLES = {sample.name: sample for sample in REFUSED}
HOSTILE = (
    "nothing",
    "text renamed to jpg",
    "a windows program",
    "a page that is also a pdf",
    "a pdf with a password",
    "a docx with macros",
    "a pdf that starts a program",
    "a jpg with a zip behind it",
    "half a jpg",
    "a png that claims 400 megapixels",
)


def test_guided_collection_goes_through_the_list(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("1").sends("IMG_1.jpg", picture(1))
    assert "护照首页和签字页" in client.words[-1]
    assert "下一项：白底证件照" in client.last
    client.sends("IMG_2.jpg", picture(2))
    assert "下一项：身份证正反面" in client.last
    client.sends("IMG_3.jpg", picture(3))
    assert [key for key, *_ in bound(agency, client)] == ["passport", "photo", "id_card"]
    client.says("6").sends("IMG_4.jpg", picture(4))  # out of turn, because the client chose it
    assert bound(agency, client)[-1][0] == "retire"


@pytest.mark.parametrize(
    "caption, name, wanted",
    [
        ("户口簿整本", "a.jpg", "hukou"),
        ("这是我的退休证", "a.jpg", "retire"),
        ("流水", "a.jpg", "means_bank"),  # the end of a name
        ("护照", "a.jpg", "passport"),  # the beginning of one
        ("Household register", "a.jpg", "hukou"),
        ("", "存款证明 2026.jpg", "means_deposit"),
        ("", "passport-scan.jpg", "passport"),
        ("护照", "存款证明.jpg", "passport"),  # what is said counts before what a file is called
    ],
)
def test_a_caption_or_a_name_says_where_it_belongs(agency: TestHouse, caption: str, name: str, wanted: str) -> None:
    client = open_case(agency)
    client.sends(name, picture(), caption)
    assert bound(agency, client) == [(wanted, 1, "submitted")]


def test_keywords_in_a_pdf_say_where_it_belongs(agency: TestHouse) -> None:
    client = open_case(agency, kind="employed")
    client.sends("scan.pdf", pdf_with_text("在职证明"))
    assert bound(agency, client) == [("employment", 1, "submitted")]


@pytest.mark.parametrize("language", BOTH)
def test_a_photo_without_context_is_asked_about_once(agency: TestHouse, language: str) -> None:
    client = open_case(agency, language)
    client.sends("photo.jpg", picture())  # phones call every picture so: it says nothing
    question = client.messages[-1].message.card
    assert question.kind == "which_item"
    assert len(question.buttons) == 12 + 1  # and a person
    assert_readable([question.text, *(each.label for each in question.buttons)])
    client.presses("户口簿" if language == "zh-CN" else "Household")
    assert bound(agency, client) == [("hukou", 1, "submitted")]
    assert ("下一项：护照" if language == "zh-CN" else "Next: Passport") in client.last
    client.sends("IMG.jpg", picture(1))  # the guide goes on from there
    assert bound(agency, client)[-1] == ("passport", 1, "submitted")


def test_the_other_choices_of_a_question_are_closed(agency: TestHouse) -> None:
    client = open_case(agency)
    client.sends("a.jpg", picture())
    other = next(each.token for each in client.messages[-1].message.card.buttons if "退休证" in each.label)
    client.presses("户口簿")
    client.press_token(other)
    assert "已由 客户 于" in client.last
    assert bound(agency, client) == [("hukou", 1, "submitted")]


def test_the_same_file_again_makes_no_version(agency: TestHouse) -> None:
    client = open_case(agency)
    client.sends("a.jpg", picture(), "护照")
    client.sends("b.jpg", picture())  # without a word: the guide expects another item now
    assert "完全相同" in client.last
    client.sends("c.jpg", picture(), "护照")
    assert "完全相同" in client.last
    assert bound(agency, client) == [("passport", 1, "submitted")]


def test_a_newer_version_replaces_one_that_is_not_decided(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.sends("a.jpg", picture(), "护照")
    old = reviewer.messages[-1]
    assert old.message.card.buttons
    client.sends("b.jpg", picture(1), "护照")
    assert "（第 2 版）" in client.last
    assert bound(agency, client) == [("passport", 1, "replaced"), ("passport", 2, "submitted")]
    assert not old.message.card.buttons
    assert "新版本" in old.message.card.footer
    client.says("1").sends("c.jpg", picture(2))  # by its number, too
    assert bound(agency, client)[-1] == ("passport", 3, "submitted")
    with agency.looking() as reader:
        kept = reader.find(document_version, document_version.c.case_id == case_of(agency, client)["id"])
    assert len({row["sha256"] for row in kept}) == 3


def test_what_is_approved_is_not_asked_again(agency: TestHouse) -> None:
    client = open_case(agency)
    client.sends("a.jpg", picture(), "退休证")
    approve(agency)
    assert "审核通过" in client.last
    client.says("6").sends("b.jpg", picture(1))
    assert "无需再提交" in client.last
    assert bound(agency, client) == [("retire", 1, "approved")]


@pytest.mark.parametrize("language", BOTH)
def test_the_wrong_kind_for_an_item_is_explained(agency: TestHouse, language: str) -> None:
    client = open_case(agency, language)
    client.says("2").sends("portrait.pdf", paper("me"))
    assert "PDF" in client.last
    assert "JPG" in client.last
    assert_readable([client.last])
    assert bound(agency, client) == []
    client.sends("portrait.jpg", picture())  # the question is still open
    assert bound(agency, client) == [("photo", 1, "submitted")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_taken_is_explained(agency: TestHouse, refused_by: dict[str, Person], name: str) -> None:
    sample = SAMPLES[name]
    for client in refused_by.values():
        client.new()
        client.sends("passport.jpg", sample.make(), "护照")
        first, answer = client.new()
        assert first != answer
        assert_readable([first, answer])
        assert len(answer) > 20  # what came, what is taken, how to mend it
        assert bound(agency, client) == []


@pytest.fixture(scope="module")
def refused_by(agency: TestHouse) -> dict[str, Person]:
    return {language: open_case(agency, language) for language in BOTH}


def test_a_file_that_is_too_large_is_explained(agency: TestHouse, refused_by: dict[str, Person]) -> None:
    client = refused_by["en"]
    client.sends("scan.jpg", SAMPLES["21 MB"].make())
    assert "too large" in client.last
    assert "20 MB" in client.last


def test_a_file_that_is_gone_is_asked_for_again(agency: TestHouse, refused_by: dict[str, Person]) -> None:
    client = refused_by["zh-CN"]
    before = dict(agency.channel.files)
    agency.quiet = False
    client.sends("a.jpg", picture(9))
    agency.quiet = True
    agency.channel.files = before
    agency.rest()
    assert "没有完整收到" in client.last


def test_a_photo_without_a_case_is_kept_and_answered(agency: TestHouse) -> None:
    client = new_client(agency)
    client.sends("a.jpg", picture(7))
    assert "还没有正在办理的业务" in client.last


def test_two_travellers_are_asked_whose_it_is(agency: TestHouse) -> None:
    client = open_case(agency)
    other = Traveller(name="同行人", kind="minor")
    agency.do(AddTraveller(case_id=case_of(agency, client)["id"], traveller=other))
    client.sends("a.jpg", picture(), "护照")
    labels = [button.label for button in client.messages[-1].message.card.buttons]
    assert len(labels) == 2 + 1  # and a person
    assert any("同行人" in each for each in labels)
    client.presses("同行人")
    assert bound(agency, client) == [("passport", 1, "submitted")]

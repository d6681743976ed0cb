"""The upload link in the chat: asked for, given where a channel cannot take a file, and only to the client himself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.uploads.routes import _update
from adapters.webchat.upload import Upload
from bot.dialogs.uploads import UNTAKEN, WORDS
from core.cases.tables import case, case_event, document_version, item
from core.channel.inbound import Address, FileRef, InboundMessage
from core.channel.outbound import Card
from core.commands.documents import AskUploadLink
from core.commands.identity import SetGuardian
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.files.links import Opening
from core.kit.errors import NotAllowed, NotFound, NotPossibleNow
from core.kit.ids import new_id
from core.ledger import inbox
from core.views.opening_view import opening_view
from tests.bot.chat import CONSULTANT, assert_readable, begin, bound, case_of, open_case, picture
from tests.house import Person, TestHouse

MIB = 2**20


@contextmanager
def able(house: TestHouse, **changed: Any) -> Iterator[None]:
    """The channel of this house as a platform with other limits."""
    before = house.channel.capabilities
    house.channel.capabilities = before.model_copy(update=changed)
    try:
        yield
    finally:
        house.channel.capabilities = before


def announce(house: TestHouse, person: Person, size: int) -> None:
    """A file of which the platform tells the size, and nothing else."""
    ref = FileRef(handle="nowhere", name="scan.pdf", size=size)
    house.arrives(person, InboundMessage(address=person.address, sender=person.chat, file=ref))


def card_of(person: Person) -> Card:
    return person.messages[-1].message.card


@pytest.mark.parametrize("words", sorted(WORDS))
def test_whoever_asks_gets_a_link_with_its_end(agency: TestHouse, words: str) -> None:
    client = open_case(agency).says(words.upper())
    card = card_of(client)
    assert (card.kind, card.text.count("链接在")) == ("upload_link", 1)
    assert card.link is not None
    opening = agency.banli.house.uploads.read(card.link.url.rsplit("/", 1)[1], agency.clock.now())
    assert (opening.client_id, opening.case_id) == (client.id, case_of(agency, client)["id"])
    assert opening.until == (agency.clock.now() + timedelta(hours=1)).replace(microsecond=0)
    with agency.looking() as reader:
        kinds = [row["type"] for row in reader.find(case_event, case_id=opening.case_id)]
    assert kinds.count("UploadLinkMade") == 1


def test_a_file_too_big_for_the_platform_gets_a_link_and_is_not_fetched(office: TestHouse) -> None:
    client = open_case(office)
    with able(office, max_file_in=MIB):
        announce(office, client, 5 * MIB)
        assert [each.message.card.kind for each in client.messages[-2:]] == ["say", "upload_link"]
        assert "太大" in client.words[-2]
        before = len(client.messages)
        client.sends("退休证.jpg", picture(7), "退休证")  # a small one comes as ever
    assert "已收到《退休证》" in client.last
    assert not [each for each in client.messages[before:] if each.message.card.kind == "upload_link"]


def test_one_too_big_for_us_too_is_told_so_and_gets_no_link(agency: TestHouse) -> None:
    client = open_case(agency)
    with able(agency, max_file_in=MIB):
        ref = FileRef(handle="huge", name="scan.pdf", size=21 * MIB)
        agency.channel.files["huge"] = bytes(21 * MIB)
        agency.arrives(client, InboundMessage(address=client.address, sender=client.chat, file=ref))
    assert "这份文件没有收下" in client.last
    assert not [each for each in client.messages if each.message.card.kind == "upload_link"]


def test_a_message_that_only_tells_of_a_file_gets_a_link(agency: TestHouse) -> None:
    client = open_case(agency).does(UNTAKEN)
    assert card_of(client).kind == "upload_link"


def test_where_no_files_are_taken_every_way_leads_to_the_page(agency: TestHouse) -> None:
    client = open_case(agency)
    with able(agency, files_in=False):
        client.says("材料")
        assert "上传链接" in [button.label for button in card_of(client).buttons]
        client.says("1")
        client.presses("上传链接")
        link = card_of(client).link
        assert link is not None
        opening = agency.banli.house.uploads.read(link.url.rsplit("/", 1)[1], agency.clock.now())
        with agency.looking() as reader:
            wanted = reader.peek(item, opening.item_id)
        assert wanted is not None, opening
        assert wanted["case_id"] == opening.case_id
        announce(agency, client, 1000)
        assert "聊天里收不到文件" in client.words[-2]
    client.says("1")
    assert "上传链接" not in [button.label for button in card_of(client).buttons]


def by_page(
    house: TestHouse,
    person: Person,
    name: str,
    data: bytes,
    link: Opening | None = None,
    then: Callable[[], object] = lambda: None,
) -> None:
    """What the page's route appends for this link; without one, for the newest in his chat."""
    opening = link or opened(house, person)
    handle = house.banli.files.put([data], 10 * MIB)
    with house.looking() as reader:
        view = opening_view(reader, house.banli.catalogue, opening)
    upload = Upload(id=str(new_id()), stored=handle, name=name, media_type="image/jpeg", caption="", album="")
    house.banli.store.run(lambda uow: inbox.append(uow, _update(opening, view, upload)))
    then()
    house.rest()
    house.clock.advance(timedelta(minutes=1))


def opened(house: TestHouse, person: Person) -> Opening:
    link = next(each.message.card.link for each in reversed(person.messages) if each.message.card.link is not None)
    return house.banli.house.uploads.read(link.url.rsplit("/", 1)[1], house.clock.now())


@pytest.mark.parametrize("limits", [{"files_in": False}, {"max_file_in": 1000}])
def test_the_page_takes_what_the_channel_of_the_chat_cannot(agency: TestHouse, limits: dict[str, Any]) -> None:
    """It is for exactly those channels: what counts is the door by which a file comes."""
    client = open_case(agency)
    with able(agency, **limits):
        client.says("上传链接")
        by_page(agency, client, "退休证.jpg", picture(1))
        assert bound(agency, client) == [("retire", 1, "submitted")]
        assert "已收到《退休证》" in client.last
        announce(agency, client, 5000)  # by the chat it cannot come as before
        assert card_of(client).kind == "upload_link"


def with_two_cases(house: TestHouse, client: Person) -> tuple[int, int]:
    """A case with a link to its page, and the newer one that he talks about by now."""
    first = case_of(house, client)["id"]
    client.says("上传链接")
    begin(house, client)
    second = case_of(house, client)["id"]
    client.new()
    look_at(house, client, second)
    return first, second


def look_at(house: TestHouse, client: Person, case_id: int) -> None:
    with house.looking() as reader:
        chat = reader.first(conversation, client_id=client.id)
    assert chat is not None
    house.banli.store.run(lambda uow: uow.change(conversation, chat["id"], case_id=case_id))


def placed(house: TestHouse, client: Person) -> list[tuple[int, str]]:
    """Case and item of every version of this client's cases."""
    with house.looking() as reader:
        mine = {row["id"] for row in reader.find(case, client_id=client.id)}
        keys = {row["id"]: row["key"] for row in reader.find(item)}
        found = [row for row in reader.find(document_version) if row["case_id"] in mine]
    return [(row["case_id"], keys[row["item_id"]]) for row in found]


def test_a_file_goes_to_the_case_of_its_link_whatever_he_talks_about_by_now(office: TestHouse) -> None:
    client = open_case(office)
    with office.looking() as reader:
        wanted = reader.first(item, case_id=case_of(office, client)["id"], key="retire")
    assert wanted is not None
    first, second = with_two_cases(office, client)
    link = Opening(client.id, opened_in(office, client), first, 0, office.clock.now() + timedelta(hours=1))
    by_page(office, client, "户口簿整本.jpg", picture(1), link)
    by_page(office, client, "scan.jpg", picture(2), replace(link, item_id=wanted["id"]))
    assert placed(office, client) == [(first, "hukou"), (first, "retire")]
    client.sends("退休证.jpg", picture(3))  # what comes by the chat is for the case that it is about
    assert placed(office, client)[-1] == (second, "retire")


def test_asked_for_which_item_a_file_of_the_page_is_the_choice_is_of_its_case(agency: TestHouse) -> None:
    client = open_case(agency)
    first, _ = with_two_cases(agency, client)
    link = Opening(client.id, opened_in(agency, client), first, 0, agency.clock.now() + timedelta(hours=1))
    by_page(agency, client, "scan.jpg", picture(1), link)
    client.presses("退休证")
    assert placed(agency, client) == [(first, "retire")]


def test_an_item_that_is_not_asked_for_any_more_is_refused_and_nothing_guessed(agency: TestHouse) -> None:
    """Its link was opened before, and the file was on its way."""
    client = open_case(agency)
    case_id = case_of(agency, client)["id"]
    said = InboundMessage(
        address=client.address, sender=client.chat, case_id=case_id, item_id=2**40,
        file=FileRef(handle="late", name="退休证.jpg"),
    )  # fmt: skip
    agency.channel.files["late"] = picture(1)
    agency.arrives(client, said)
    agency.clock.advance(timedelta(minutes=1))
    agency.rest()
    assert placed(agency, client) == []
    assert "没有放到别的项里" in client.last
    assert_readable([client.last])


def test_a_guardian_hands_in_for_his_ward_by_the_link_and_not_any_more_when_it_has_ended(agency: TestHouse) -> None:
    child, parent = open_case(agency), open_case(agency)  # he has a case of his own
    agency.do(SetGuardian(client_id=child.id, person_id=parent.id))
    parent.says("进度")
    ward = case_of(agency, child)["id"]
    link = Opening(parent.id, opened_in(agency, parent), ward, 0, agency.clock.now() + timedelta(hours=1))
    by_page(agency, parent, "退休证.jpg", picture(1), link)
    assert placed(agency, child) == [(ward, "retire")]
    ended = SetGuardian(client_id=child.id, person_id=parent.id, ends=True)
    by_page(agency, parent, "户口簿整本.jpg", picture(2), link, lambda: agency.do(ended))
    assert placed(agency, child) == [(ward, "retire")]
    assert placed(agency, parent) == []
    assert "没有正在办理" in parent.last


def opened_in(house: TestHouse, client: Person) -> int:
    with house.looking() as reader:
        chat = reader.first(conversation, client_id=client.id)
    assert chat is not None
    return int(chat["id"])


def test_a_file_that_could_not_be_fetched_offers_the_page(agency: TestHouse) -> None:
    client = open_case(agency)
    announce(agency, client, 1000)
    assert "没有完整收到" in client.last
    client.presses("上传链接")
    assert card_of(client).kind == "upload_link"


def test_in_a_group_nobody_gets_the_link(agency: TestHouse) -> None:
    """Whoever reads along could hand in files in the client's name."""
    client = open_case(agency)
    group = Address(channel="loopback", account="test", chat="a-group")
    agency.arrives(client, InboundMessage(address=group, sender=client.chat, text="上传链接"))
    said = [each.message.card for each in agency.channel.sent if each.to.chat == "a-group"]
    assert "您自己的对话" in said[-1].text
    assert all(each.link is None for each in said)


def test_without_a_case_there_is_no_link(agency: TestHouse) -> None:
    client = agency.client("没有案件").says("上传链接")
    assert "没有正在办理" in client.last


def test_in_english(agency: TestHouse) -> None:
    client = open_case(agency, "en").says("upload link")
    assert "The link works until" in client.last


def test_nobody_but_the_client_and_only_for_what_is_open(agency: TestHouse) -> None:
    client, other = open_case(agency), open_case(agency)
    mine, theirs = case_of(agency, client)["id"], case_of(agency, other)["id"]
    with agency.looking() as reader:
        foreign = reader.find(item, case_id=theirs)[0]["id"]
    me = Actor(kind="client", id=client.id)
    with pytest.raises(NotFound):
        agency.do(AskUploadLink(case_id=theirs), me)
    with pytest.raises(NotFound):
        agency.do(AskUploadLink(case_id=mine, item_id=foreign), me)
    with pytest.raises(NotAllowed):
        agency.do(AskUploadLink(case_id=mine))
    assert agency.people[CONSULTANT].says("上传链接").last  # staff have another way, and are answered
    assert not [each for each in agency.people[CONSULTANT].messages if each.message.card.kind == "upload_link"]
    agency.banli.store.run(lambda uow: uow.change(case, mine, state="closed"))
    with pytest.raises(NotPossibleNow):
        agency.do(AskUploadLink(case_id=mine), me)

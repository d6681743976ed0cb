"""One client with two accounts on two channels: the same case, and the question that is open goes on in the other."""

from datetime import timedelta

from adapters.loopback.channel import LoopbackChannel
from core.channel.inbound import Address, ButtonPress, FileRef, InboundMessage, Update
from core.commands.people import BindClientIdentity
from core.commands.work import AskSurvey
from core.kit.ids import new_id
from core.ledger import inbox
from core.surveys.tables import survey
from tests.bot.chat import bound, case_of, newest_card, open_case, picture
from tests.house import Person, TestHouse


def second_channel(house: TestHouse, client: Person) -> LoopbackChannel:
    """Another messenger in which the same client has an account."""
    channel = LoopbackChannel(name=f"other{new_id()}", account="a")
    house.banli.add(channel)
    there = {"channel": channel.name, "account": "a", "external_id": "he"}
    house.do(BindClientIdentity(client_id=client.id, **there))
    return channel


def says(house: TestHouse, channel: LoopbackChannel, text: str = "", data: bytes = b"") -> None:
    address = Address(channel=channel.name, account="a", chat="he")
    ref = None
    if data:
        channel.files["f"] = data
        ref = FileRef(handle="f", name="x.jpg", size=len(data))
    message = InboundMessage(address=address, sender="he", text=text, file=ref)
    update = Update(
        channel=channel.name,
        account="a",
        platform_id=str(new_id()),
        conversation=address.key,
        raw=message.model_dump_json().encode(),
    )
    house.clock.advance(timedelta(seconds=20))
    house.banli.store.run(lambda uow: inbox.append(uow, update))
    house.rest()


def last(channel: LoopbackChannel) -> str:
    card = channel.sent[-1].message.card
    return f"{card.title}\n{card.text}"


def test_what_was_asked_in_one_chat_is_answered_in_the_other(office: TestHouse) -> None:
    client = open_case(office)
    channel = second_channel(office, client)
    client.says("6")  # the retirement certificate, which nothing on the picture tells
    says(office, channel, data=picture(1))
    assert bound(office, client) == [("retire", 1, "submitted")]
    assert "已收到《退休证》" in last(channel)
    says(office, channel, "4")
    client.sends("y.jpg", picture(2))  # and back again
    assert bound(office, client)[-1] == ("hukou", 1, "submitted")


def test_both_chats_are_about_the_same_case(office: TestHouse) -> None:
    client = open_case(office)
    channel = second_channel(office, client)
    says(office, channel, "进度")
    assert case_of(office, client)["number"] in last(channel)
    says(office, channel, data=picture(1), text="退休证")
    client.says("撤回")  # whoever he writes as, it is the same person
    assert bound(office, client) == [("retire", 1, "withdrawn")]


def test_a_question_of_satisfaction_goes_on_too_and_is_answered_once(office: TestHouse) -> None:
    client = open_case(office)
    channel = second_channel(office, client)
    case_id = case_of(office, client)["id"]
    client.says("进度")
    office.do(AskSurvey(case_id=case_id, question="csat"))
    for words in ("进度", "材料"):
        says(office, channel, words)
    [asked] = [each for each in channel.sent if each.message.card.kind == "survey"]
    token = next(button.token for button in asked.message.card.buttons if button.label == "4")
    client.says("进度")
    assert len([each for each in client.messages if each.message.card.kind == "survey"]) == 1
    presses(office, channel, token, asked.external_id)
    assert "4" in last(channel)
    with office.looking() as reader:
        assert [row["score"] for row in reader.find(survey, case_id=case_id)] == [4]
    says(office, channel, "进度")
    assert len([each for each in channel.sent if each.message.card.kind == "survey"]) == 1
    assert not newest_card(client, "survey").buttons


def presses(house: TestHouse, channel: LoopbackChannel, token: str, message_id: str) -> None:
    address = Address(channel=channel.name, account="a", chat="he")
    press = ButtonPress(address=address, sender="he", token=token, message_id=message_id)
    update = Update(
        channel=channel.name,
        account="a",
        platform_id=str(new_id()),
        conversation=address.key,
        raw=press.model_dump_json().encode(),
    )
    house.banli.store.run(lambda uow: inbox.append(uow, update))
    house.rest()

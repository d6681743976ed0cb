"""What the tests of conversations share: a client with a case, papers to send, and what no reader may ever be shown."""

import itertools
import re
from functools import cache
from typing import Any

from core.cases.tables import case, document_version, item
from core.channel.inbound import ButtonPress, InboundMessage
from core.channel.outbound import Card
from core.store.sealing import Row
from tests.files import papers, pictures
from tests.house import Person, TestHouse

CONSULTANT, COPYWRITER, REVIEWER = "顾问甲", "文案乙", "复核丙"
LATER = ["1 小时后提醒", "下个工作日 9:00 提醒"]
DECIDE = ["打开原件", "通过", "退回", "请同事复审", *LATER]
"""The buttons of a review card that has nothing to tick."""
BOTH = ("zh-CN", "en")
_numbers = itertools.count(1)


def new_client(house: TestHouse, language: str = "zh-CN", **more: Any) -> Person:
    return house.client(more.pop("name", f"客户{next(_numbers)}"), language=language, **more)


def open_case(house: TestHouse, language: str = "zh-CN", **contract: Any) -> Person:
    """A new client whose case has just begun to collect documents."""
    client = new_client(house, language)
    return begin(house, client, **contract)


def begin(house: TestHouse, client: Person, **contract: Any) -> Person:
    house.contract(client=client.chat.removeprefix("chat-"), **contract)
    consultant = house.people[CONSULTANT]
    consultant.presses(word(consultant, "定金", "Deposit"))
    consultant.presses(word(consultant, "生效", "effective"))
    client.new()
    return client


def word(person: Person, zh: str, en: str) -> str:
    """Which of the two the person's newest buttons carry."""
    return zh if any(zh in label for label in person.button_labels()) else en


def case_of(house: TestHouse, client: Person) -> Row:
    with house.looking() as reader:
        row = reader.first(case, case.c.client_id == client.id, order=case.c.id.desc())
    assert row is not None
    return row


@cache
def picture(variant: int = 0) -> bytes:
    """A small page as a JPG; every variant is another file."""
    return pictures.saved(pictures.page(400, 560, lines=20 + variant), "JPEG")


def paper(words: str) -> bytes:
    return papers.pdf(words=words)


def bound(house: TestHouse, client: Person) -> list[tuple[str, int, str]]:
    """Every version of the client's case: item, number, status."""
    case_id = case_of(house, client)["id"]
    with house.looking() as reader:
        keys = {row["id"]: row["key"] for row in reader.find(item, item.c.case_id == case_id)}
        found = reader.find(document_version, document_version.c.case_id == case_id)
    return [(keys[row["item_id"]], row["n"], row["status"]) for row in found]


def approve(house: TestHouse, reviewer: Person | None = None) -> None:
    """Tick what must be ticked on the newest review card, then approve."""
    person = reviewer or house.people[REVIEWER]
    for label in [each for each in newest(person, "review") if each.startswith(("请目视", "Please confirm"))]:
        person.presses(label)
    person.presses(word(person, "通过", "Approve"), card=review_title(person))


def newest(person: Person, kind: str) -> list[str]:
    """Labels of the newest card of this kind."""
    return [button.label for button in newest_card(person, kind).buttons]


def newest_card(person: Person, kind: str) -> Card:
    return next(each.message.card for each in reversed(person.messages) if each.message.card.kind == kind)


def review_title(person: Person) -> str:
    return newest_card(person, "review").title


def token_of(person: Person, label: str) -> str:
    """The token of the newest button with this label."""
    for sent in reversed(person.messages):
        for button in sent.message.card.buttons:
            if label in button.label:
                return button.token
    raise AssertionError(f"no button {label!r} for {person.chat}")


def in_chat_of(house: TestHouse, chat: Person, sender: Person, inbound: InboundMessage | ButtonPress) -> None:
    """Somebody does something in a chat that is not his own: a group, a forwarded card."""
    house.arrives(chat, inbound.model_copy(update={"address": chat.address, "sender": sender.chat}))


def assert_readable(texts: list[str], *, braces: bool = False) -> None:
    """No hole, no placeholder, no name of a Python value, no sentence that ends in the air."""
    for text in texts:
        assert text.strip(), "an empty message"
        assert braces or not re.search(r"[{}]", text), text
        for bad in ("None", "True", "False", "<class", "Mapping", "zh-CN'", "refusal.", "core."):
            assert bad not in text, (bad, text)
        assert not re.search(r"[::]\s*$", text), f"ends in the air: {text}"


def shown(house: TestHouse) -> list[str]:
    """Everything that any chat shows now, labels of buttons included."""
    texts: list[str] = []
    for sent in house.channel.sent:
        card = sent.message.card
        texts += [part for part in (card.title, card.text, card.footer) if part]
        texts += [f"{label}: {value}" for label, value in card.facts]
        texts += [button.label for button in card.buttons]
    return texts

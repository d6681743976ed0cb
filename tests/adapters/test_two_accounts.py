"""One client with two accounts, on loopback and in the web chat: he starts in one and goes on in the other (CH7).

What CH7 asks is Telegram and WeCom; their adapters bring the same test with them, and mark the row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.loopback.channel import LoopbackChannel
from core.cases.tables import document_version, item
from core.channel.inbound import Address, ButtonPress, FileRef, Inbound, InboundMessage, Update
from core.clients.tables import client as client_table
from core.clients.tables import consent
from core.commands.people import BindClientIdentity, RegisterClient
from core.kit.ids import new_id
from core.ledger import inbox
from tests.adapters.test_webchat_files import do
from tests.adapters.webpage import Page, Site, open_site
from tests.bot.chat import picture
from tests.services.databases import Databases


@dataclass
class Messenger:
    """The client's account on the loopback channel."""

    site: Site
    channel: LoopbackChannel

    def says(self, text: str) -> "Messenger":
        return self._arrives(InboundMessage(address=self.address, sender="phone", text=text))

    def sends(self, data: bytes, caption: str = "") -> "Messenger":
        handle = f"f{new_id()}"
        self.channel.files[handle] = data
        ref = FileRef(handle=handle, name="IMG.jpg", size=len(data))
        return self._arrives(InboundMessage(address=self.address, sender="phone", text=caption, file=ref))

    def presses(self, label: str) -> "Messenger":
        for sent in reversed(self.channel.sent):
            for button in sent.message.card.buttons:
                if label in button.label:
                    press = ButtonPress(address=self.address, sender="phone", token=button.token)
                    return self._arrives(press)
        raise AssertionError(f"no button {label!r}: {self.words[-3:]}")

    @property
    def address(self) -> Address:
        return Address(channel="loopback", account="test", chat="phone")

    @property
    def words(self) -> list[str]:
        return [f"{each.message.card.title}\n{each.message.card.text}" for each in self.channel.sent]

    @property
    def labels(self) -> list[list[str]]:
        """Of every message, the buttons that it shows now."""
        return [[button.label for button in each.message.card.buttons] for each in self.channel.sent]

    def _arrives(self, inbound: Inbound) -> "Messenger":
        self.site.clock.move_to(self.site.clock.now() + timedelta(seconds=20))
        update = Update(
            channel="loopback",
            account="test",
            platform_id=str(new_id()),
            conversation=self.address.key,
            raw=inbound.model_dump_json().encode(),
        )
        self.site.banli.store.run(lambda uow: inbox.append(uow, update))
        self.site.rest()
        return self


@pytest.fixture(params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[tuple[Messenger, Page]]:
    with databases.fresh(request.param) as url, open_site(url, tmp_path, demo=True, filled=True) as site:
        site.page("consultant").presses("定金").presses("生效")
        channel = LoopbackChannel()
        site.banli.add(channel)
        with site.banli.reading.open() as reader:
            client_id = reader.find(client_table)[0]["id"]
        do(site, BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id="phone"))
        yield Messenger(site, channel), site.page("client")


def handed_in(site: Site) -> list[str]:
    with site.banli.reading.open() as reader:
        items = {row["id"]: row["key"] for row in reader.find(item)}
        return [items[row["item_id"]] for row in reader.find(document_version)]


def later(page: Page) -> Page:
    page.site.clock.move_to(page.site.clock.now() + timedelta(seconds=20))
    return page


def cards(page: Page, kind: str) -> list[dict[str, object]]:
    return [each["card"] for each in page.messages() if each["card"]["kind"] == kind]


def test_the_item_that_was_asked_for_is_asked_again_and_answered_there(both: tuple[Messenger, Page]) -> None:
    phone, page = both
    later(page).says("6")
    assert len(cards(page, "item")) == 1
    phone.says("你好")
    assert "请提交：退休证" in phone.words[-1]
    phone.says("进度")  # once is enough
    assert "请提交" not in phone.words[-1]
    phone.sends(picture(1))
    assert handed_in(page.site) == ["retire"]
    assert "已收到《退休证》" in phone.words[-1]


def test_for_which_item_a_file_is_is_asked_again_and_both_cards_know_the_answer(both: tuple[Messenger, Page]) -> None:
    phone, page = both
    later(page).says("材料")
    later(page).sends("IMG.jpg", picture(1))
    [asked] = cards(page, "which_item")
    assert "属于哪一项" in str(asked["text"])
    phone.says("进度")
    assert any("当前" in each or "▶" in each for each in phone.words)
    assert "属于哪一项" in phone.words[-1]
    phone.says("帮助")
    assert len([each for each in phone.words if "属于哪一项" in each]) == 1
    phone.presses("退休证")
    assert handed_in(page.site) == ["retire"]
    assert "已收到《退休证》" in "\n".join(phone.words)
    assert cards(page, "which_item") == []  # the card of the other chat is drawn anew
    assert any("已收到《退休证》" in str(each["text"]) for each in cards(page, "accepted"))


def test_consent_is_asked_again_and_an_answer_takes_the_buttons_from_both(both: tuple[Messenger, Page]) -> None:
    phone, page = both
    with page.site.banli.reading.open() as reader:
        person, [signed] = reader.find(client_table)[0]["id"], reader.find(consent)

    other = do(page.site, RegisterClient(name="李四"))  # as if the paper had been somebody else's
    page.site.banli.store.run(lambda uow: uow.change(consent, signed["id"], client_id=other))
    page.site.banli.store.run(lambda uow: uow.change(client_table, person, consent_asked_at=None))
    later(page).says("进度")
    assert "您同意吗" in page.texts()[-1]
    phone.says("进度")
    assert "您同意吗" in phone.words[-1]
    phone.presses("同意")
    assert all("同意" not in labels for labels in phone.labels)
    question = next(each["card"] for each in page.messages() if "您同意吗" in each["card"]["text"])
    assert question["buttons"] == []
    with page.site.banli.reading.open() as reader:
        assert [row["given"] for row in reader.find(consent, client_id=person)] == [True]


def test_going_back_asks_nothing_that_was_answered(both: tuple[Messenger, Page]) -> None:
    phone, page = both
    later(page).says("6")
    phone.says("你好").sends(picture(1))
    before = len(page.messages())
    later(page).says("进度")
    assert [each["card"]["kind"] for each in page.messages()[before:]][-1] == "progress"

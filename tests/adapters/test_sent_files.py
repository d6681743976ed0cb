"""A file of the person who holds a chat reaches the client: as a file where the channel can, else by a signed link."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from core.bus.deed import Cause
from core.cases.tables import case_event
from core.commands.command import Command
from core.commands.handoffs import GiveBack, TakeOver
from core.commands.work import AskHuman
from core.conversations.tables import conversation, handoff
from core.engine.access import Actor
from core.files.links import SENT_VALID, Parcel
from core.files.tables import file
from core.kit.ids import new_id
from core.ledger.tables import audit
from tests.adapters.test_clamd import BAD, site_with
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site
from tests.bot.chat import COPYWRITER, assert_readable, case_of, open_case, paper, picture
from tests.browser.server import free_port
from tests.house import Person, TestHouse, open_house
from tests.platforms.fake_clamd import fake_clamd


@contextmanager
def held(url: str, folder: Path, clamav: str | None = None) -> Iterator[tuple[Site, Page, Page]]:
    """The demo with a client whose chat the copywriter holds."""
    with site_with(url, folder, clamav) as site:
        client, writer = site.page("client"), site.page("copywriter")
        client.says("人工")
        writer.presses("我来接手")
        yield site, client, writer


def path_of(card: dict[str, Any]) -> str:
    return str(urlsplit(card["link"]["url"]).path)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened.agency()


def talk(house: TestHouse) -> tuple[Person, Person]:
    client, writer = open_case(house), house.people[COPYWRITER]
    client.says("人工")
    writer.presses("我来接手")
    client.new(), writer.new()
    return client, writer


def test_as_a_file_where_the_channel_can_send_one(house: TestHouse) -> None:
    client, writer = talk(house)
    writer.sends("在职证明模板.pdf", paper("Template"), "请照这个开")
    sent = client.messages[-1].message
    assert (sent.sender, sent.sender_name, sent.card.link) == ("person", COPYWRITER, None)
    assert sent.card.text == "[文件] 在职证明模板.pdf\n请照这个开"
    assert sent.file is not None
    assert (sent.file.name, sent.file.media_type) == ("在职证明模板.pdf", "application/pdf")
    assert house.banli.files.read(sent.file.handle) == paper("Template")
    assert writer.last == "文件“在职证明模板.pdf”已发送给客户。"
    with house.looking() as reader:
        [event] = reader.find(case_event, case_id=case_of(house, client)["id"], type="FileSentInChat")
    assert event["data"]["name"] == "在职证明模板.pdf"
    client.says("收到")  # what both said is one conversation
    writer.says(f"案 {case_of(house, client)['number']}")
    assert "发给客户的文件：在职证明模板.pdf" in writer.last


def test_with_the_number_of_a_case_it_goes_to_the_case(house: TestHouse) -> None:
    client, writer = talk(house)
    writer.sends("a.jpg", picture(), f"案 {case_of(house, client)['number']} 身份证")
    assert "已代客户提交《身份证正反面》" in writer.last
    assert client.new() == []


def test_after_the_chat_was_given_back_no_file_goes_to_the_client(house: TestHouse) -> None:
    client, writer = talk(house)
    writer.says("交还")
    client.new()
    writer.sends("a.pdf", paper("Template"))
    assert "请在文件说明中注明案件号" in writer.last
    assert client.new() == []


def announced(house: TestHouse, writer: Person, then: Callable[[], object]) -> None:
    """He sends a file; this happens before it is here."""
    house.quiet = False
    writer.sends("合同.pdf", paper("Contract of one client"))
    asyncio.run(house.banli.receiver.work_once())
    then()
    house.quiet = True
    house.rest()


def test_a_slow_file_goes_to_the_client_for_whom_it_was_sent_or_to_nobody(house: TestHouse) -> None:
    first, writer = talk(house)
    other = open_case(house).says("进度")

    def changes_over() -> None:
        with house.looking() as reader:
            [mine] = reader.find(handoff, client_id=first.id)
            chat = reader.first(conversation, client_id=other.id)
        assert chat is not None
        me = Actor(kind="staff", id=writer.id, roles=frozenset({"copywriter"}))
        do_at_once(house, GiveBack(handoff_id=mine["id"]), me)
        client = Actor(kind="client", id=other.id)
        second = do_at_once(house, AskHuman(conversation_id=chat["id"], words="人工", reason="word"), client)
        do_at_once(house, TakeOver(handoff_id=second), me)

    announced(house, writer, changes_over)
    assert not [each for person in (first, other) for each in person.words if "合同.pdf" in each]
    assert "文件“合同.pdf”没有发出" in writer.last
    assert_readable([writer.last])
    writer.sends("合同.pdf", paper("Contract of the other"))  # now it is meant for him
    assert "合同.pdf" in other.last


def test_of_two_chats_that_he_holds_the_file_goes_to_the_one_of_that_moment(house: TestHouse) -> None:
    first, writer = talk(house)
    other = open_case(house).says("进度")

    def holds_another_too() -> None:
        with house.looking() as reader:
            chat = reader.first(conversation, client_id=other.id)
        assert chat is not None
        client = Actor(kind="client", id=other.id)
        second = do_at_once(house, AskHuman(conversation_id=chat["id"], words="人工", reason="word"), client)
        house.clock.advance(timedelta(seconds=5))
        do_at_once(house, TakeOver(handoff_id=second), Actor("staff", writer.id, roles=frozenset({"copywriter"})))

    announced(house, writer, holds_another_too)
    assert any("合同.pdf" in each for each in first.words)
    assert not any("合同.pdf" in each for each in other.words)


def test_a_file_that_was_sent_while_he_held_nobody_never_goes_to_a_client(house: TestHouse) -> None:
    client, writer = open_case(house).says("进度"), house.people[COPYWRITER]

    def takes_over() -> None:
        with house.looking() as reader:
            chat = reader.first(conversation, client_id=client.id)
        assert chat is not None
        asks = AskHuman(conversation_id=chat["id"], words="人工", reason="word")
        row_id = do_at_once(house, asks, Actor(kind="client", id=client.id))
        do_at_once(house, TakeOver(handoff_id=row_id), Actor("staff", writer.id, roles=frozenset({"copywriter"})))

    announced(house, writer, takes_over)
    assert not any("合同.pdf" in each for each in client.words)
    assert "请在文件说明中注明案件号" in writer.last


def do_at_once(house: TestHouse, command: Command, actor: Actor) -> Any:
    """Without letting the loops rest: the file is still on its way."""
    cause = Cause(actor, "chat", new_id())
    return house.banli.store.run(lambda uow: house.banli.bus.execute(uow, command, cause))


def test_what_the_checks_refuse_stays_here(house: TestHouse) -> None:
    client, writer = talk(house)
    writer.sends("a.pdf", b"MZ this is no document")
    assert client.new() == []
    assert "已发送给客户" not in writer.last


def test_else_by_a_link_that_runs_out(sqlite_url: str, tmp_path: Path) -> None:
    with held(sqlite_url, tmp_path) as (site, client, writer):
        writer.sends("模板.pdf", paper("Template"), "请照这个开")
        message = client.messages()[-1]
        card = message["card"]
        assert (message["from"], card["text"]) == ("person", "[文件] 模板.pdf\n请照这个开")
        assert card["link"]["label"] == "下载文件"
        assert "3 天内有效" in card["footer"]
        answer = client.http.get(path_of(card))
        assert (answer.status_code, answer.content) == (200, paper("Template"))
        assert answer.headers["content-disposition"].startswith('attachment; filename="file.pdf"')
        assert unquote(answer.headers["content-disposition"].split("UTF-8''")[1]) == "模板.pdf"
        with site.banli.reading.open() as reader:
            [opened] = [row for row in reader.find(audit) if row["command"] == "OpenSentFile"]
        assert (opened["actor_kind"], opened["outcome"]) == ("client", "done")
        site.clock.move_to(site.clock.now() + SENT_VALID)
        assert_problem(client.http.get(path_of(card)), 409, "stale")


def test_a_link_that_is_not_ours_opens_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """Neither one that was changed nor one to an original, which has a key of its own."""
    with held(sqlite_url, tmp_path) as (site, client, writer):
        writer.sends("a.pdf", paper("Template"))
        path = path_of(client.messages()[-1]["card"])
        turned = path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]
        assert_problem(client.http.get(turned), 404, "not_found")
        assert client.http.get(path.replace("/sent/", "/originals/")).status_code == 404
        nothing = site.banli.house.sent_links.link(Parcel(1, 2**40), site.clock.now())
        assert_problem(client.http.get(urlsplit(nothing).path), 404, "not_found")


def test_a_virus_reaches_nobody(sqlite_url: str, tmp_path: Path) -> None:
    with fake_clamd() as daemon, held(sqlite_url, tmp_path, daemon.address) as (site, client, writer):
        before = len(client.messages())
        writer.sends("a.pdf", BAD)
        assert "发现了病毒" in writer.texts()[-1]
        assert len(client.messages()) == before
        with site.banli.reading.open() as reader:
            [kept] = reader.find(file)
        link = site.banli.house.sent_links.link(Parcel(1, kept["id"]), site.clock.now())
        assert client.http.get(urlsplit(link).path).status_code == 410


def test_while_the_scanner_is_down_the_file_waits(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    with held(sqlite_url, tmp_path, f"127.0.0.1:{port}") as (site, client, writer):
        before = len(client.messages())
        writer.sends("a.pdf", paper("Template"))
        assert len(client.messages()) == before
        with fake_clamd(port=port):
            site.clock.move_to(site.clock.now() + timedelta(minutes=1))
            site.rest()
        assert client.messages()[-1]["card"]["text"] == "[文件] a.pdf"

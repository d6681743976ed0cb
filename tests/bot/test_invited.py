"""Binding by a code that works once: shown to staff, said by the client, confirmed against a masked name (U11)."""

from datetime import timedelta

import pytest

from adapters.webchat.throttle import ChatLimits
from core.clients.invitations import ACCOUNT_TRIES, ALPHABET, HOUSE_TRIES, LENGTH, SHORT, WRONG_TRIES
from core.clients.tables import client_identity, invitation, wrong_code
from core.commands.identity import InviteClient
from core.commands.people import RegisterClient
from core.engine.access import Actor
from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.kit.settings import Webchat
from core.ledger.tables import audit
from core.store.unit import UnitOfWork
from tests.bot.chat import CONSULTANT, assert_readable, case_of, open_case, token_of
from tests.house import Person, TestHouse


def unknown(house: TestHouse) -> Person:
    """Somebody whom nobody knows, in a chat of his own."""
    return house._person(f"生客{new_id()}", 0, f"chat-{new_id()}", "client")


def invited(house: TestHouse, name: str = "王小明") -> tuple[int, str]:
    client_id = int(house.do(RegisterClient(name=name, phone="13800005678")))
    return client_id, str(house.do(InviteClient(client_id=client_id)))


def bound_to(house: TestHouse, person: Person) -> list[int]:
    with house.looking() as reader:
        return [row["client_id"] for row in reader.find(client_identity, external_id=person.chat)]


def test_the_code_binds_after_the_masked_name_is_confirmed(office: TestHouse) -> None:
    client_id, code = invited(office)
    person = unknown(office)
    person.says(f"#{code.lower()}")
    assert "您是王**吗？" in person.last or "您是王*" in person.last
    assert "王小明" not in "".join(person.words)
    assert bound_to(office, person) == []
    person.presses("是我")
    assert bound_to(office, person) == [client_id]
    assert any("已连接成功" in each for each in person.words)
    assert any("王小明" in each for each in person.words)
    with office.looking() as reader:
        [row] = reader.find(invitation, client_id=client_id)
    assert row["state"] == "used"
    assert code.encode() not in row["digest"]
    other = unknown(office)
    other.says(code)
    assert "无效或已过期" in other.last
    assert bound_to(office, other) == []


def test_staff_make_a_code_from_the_card_of_a_case(agency: TestHouse) -> None:
    client, consultant = open_case(agency), agency.people[CONSULTANT]
    consultant.says(f"案 {case_of(agency, client)['number']}")
    consultant.presses("邀请客户")
    assert "/chat/me/?code=" in consultant.last
    code = consultant.last.split("code=")[1][:LENGTH]
    assert set(code) <= set(ALPHABET)
    second = unknown(agency)  # the same client on another channel
    second.says(code).presses("是我")
    assert bound_to(agency, second) == [client.id]
    second.says("进度")
    assert case_of(agency, client)["number"] in second.last


def test_a_new_code_ends_the_one_before_and_each_ends_after_a_week(agency: TestHouse) -> None:
    client_id, old = invited(agency)
    fresh = str(agency.do(InviteClient(client_id=client_id)))
    person = unknown(agency)
    person.says(old)
    assert "无效或已过期" in person.last
    agency.clock.advance(timedelta(days=7, seconds=1))
    person.says(fresh)
    assert "无效或已过期" in person.last


def test_after_five_wrong_codes_even_the_right_one_waits_an_hour(agency: TestHouse) -> None:
    client_id, code = invited(agency)
    person = unknown(agency)
    for number in range(WRONG_TRIES):
        person.says("ABCD234" + ALPHABET[number])
        assert "无效或已过期" in person.last
    person.says(code)
    assert "次数过多" in person.last
    calm = unknown(agency)
    calm.says(code)
    assert "您是" in calm.last  # another chat is not held back
    agency.clock.advance(timedelta(hours=1, seconds=1))
    person.says(code).presses("是我")
    assert bound_to(agency, person) == [client_id]
    with agency.looking() as reader:
        assert len(reader.find(wrong_code, chat=person.address.key)) == WRONG_TRIES


def guess(house: TestHouse, times: int, account: str) -> None:
    """Wrong codes in chats that have not guessed before."""

    def work(uow: UnitOfWork) -> None:
        for number in range(times):
            uow.add(wrong_code, chat=f"{account}:guesser-{new_id()}-{number}", account=account, at=uow.now)

    house.banli.store.run(work)


def test_guesses_in_many_chats_of_one_account_are_stopped_together(office: TestHouse) -> None:
    office.clock.advance(timedelta(hours=2))
    client_id, code = invited(office)
    guess(office, ACCOUNT_TRIES - 1, "loopback:test")
    unknown(office).says("ABCD2345")  # a chat that has said nothing wrong before brings it to the limit
    person = unknown(office)
    person.says(code)
    assert "十分钟" in person.last
    assert_readable([person.last])
    office.clock.advance(SHORT + timedelta(seconds=1))  # nobody waits longer than that for others
    person.says(code).presses("是我")
    assert bound_to(office, person) == [client_id]


def test_what_one_address_may_guess_holds_nobody_back(agency: TestHouse) -> None:
    """As many visitors as the page gives to one address: a full bucket, and what flows in meanwhile."""
    agency.clock.advance(timedelta(hours=2))
    an_hour = Webchat().sessions_an_hour * ChatLimits().visitors
    visitors = an_hour + an_hour // int(timedelta(hours=1) / SHORT)
    client_id, code = invited(agency)
    guess(agency, WRONG_TRIES * visitors, "loopback:test")
    person = unknown(agency)
    person.says(code).presses("是我")
    assert bound_to(agency, person) == [client_id]
    agency.clock.advance(SHORT + timedelta(seconds=1))


def test_guesses_at_another_account_hold_nobody_back_here_before_the_houses_limit(agency: TestHouse) -> None:
    agency.clock.advance(timedelta(hours=2))
    _, code = invited(agency)
    guess(agency, HOUSE_TRIES - 1, "other:bot")
    person = unknown(agency)
    person.says(code)
    assert "您是" in person.last
    person.says("ABCD2345")
    assert "无效或已过期" in person.last
    calm = unknown(agency)
    calm.says(code)
    assert "十分钟" in calm.last
    agency.clock.advance(SHORT + timedelta(seconds=1))


def test_the_wrong_person_says_no_and_whoever_made_the_code_hears_it(agency: TestHouse) -> None:
    client, consultant = open_case(agency), agency.people[CONSULTANT]
    maker = Actor(kind="staff", id=consultant.id, roles=frozenset({"consultant"}))
    code = agency.do(InviteClient(client_id=client.id), maker)
    person = unknown(agency)
    person.says(code).presses("不是我")
    assert "没有连接" in person.last
    assert "对方表示不是本人" in consultant.last
    assert_readable([person.last, consultant.last])
    person.says(code)
    assert "无效或已过期" in person.last
    assert bound_to(agency, person) == []


def test_the_answer_counts_only_in_the_chat_that_said_the_code(agency: TestHouse) -> None:
    client_id, code = invited(agency)
    person, thief = unknown(agency), unknown(agency)
    person.says(code)
    thief.press_token(token_of(person, "是我"))
    assert "没有权限" in thief.last
    assert bound_to(agency, thief) == bound_to(agency, person) == []
    person.presses("是我")
    assert bound_to(agency, person) == [client_id]


def test_somebody_else_of_the_staff_invites_nobody(agency: TestHouse) -> None:
    client = open_case(agency)
    stranger = Actor(kind="staff", id=agency.staff("外人", "consultant").id, roles=frozenset({"consultant"}))
    with pytest.raises(NotFound):
        agency.do(InviteClient(client_id=client.id), stranger)
    with agency.looking() as reader:
        assert reader.find(audit, command="InviteClient", actor_id=stranger.id, outcome="done") == []

"""A case in the hands of staff: tags, finding within one's rights, and a talk taken down from the card."""

from datetime import timedelta

import pytest

from core.cases.tables import consultation
from core.clients.tables import client_tag
from core.clients.tags import MOST, tags_of
from core.commands.cases import AssignRole
from core.commands.desk import TagClient, UntagClient
from core.kit.errors import Invalid, NotFound
from core.views.finding import MOST as MOST_HITS
from core.views.timeline import timeline
from tests.bot.chat import (
    CONSULTANT,
    COPYWRITER,
    REVIEWER,
    assert_readable,
    begin,
    case_of,
    new_client,
    newest,
    newest_card,
    open_case,
    token_of,
)
from tests.house import Person, TestHouse


def tags(house: TestHouse, client: Person) -> list[str]:
    with house.looking() as reader:
        return tags_of(reader, client.id)


def hits(person: Person) -> list[str]:
    """Numbers of the cases on the newest card of what was found."""
    return newest(person, "found")


@pytest.mark.row("CD10")
def test_a_tag_put_on_by_button_finds_only_clients_who_carry_it(office: TestHouse) -> None:
    tagged, other, adviser = open_case(office), open_case(office), office.people[CONSULTANT]
    number = case_of(office, tagged)["number"]
    adviser.says(f"案 {number}")
    adviser.presses("标签")
    assert "目前没有标签" in adviser.last
    adviser.says("加急办理")
    assert f"已为 {number} 的客户添加标签“加急办理”" in adviser.last
    adviser.says("/find tag:加急办理")
    assert hits(adviser) == [number]
    card = newest_card(adviser, "found")
    assert number in card.text
    assert case_of(office, other)["number"] not in card.text
    adviser.says("找 tag:高净值")
    assert hits(adviser) == []
    assert "没有找到" in adviser.last
    adviser.says("找 标签：加急办理")
    adviser.presses(number, card="找到")
    assert dict(newest_card(adviser, "case").facts)["标签"] == "加急办理"
    assert_readable(adviser.words[-8:])
    adviser.says(f"untag {number} 加急办理")
    adviser.says("find tag:加急办理")
    assert hits(adviser) == []


def test_a_tag_is_found_only_by_whoever_may_read_the_case(office: TestHouse) -> None:
    client, adviser = open_case(office), office.people[CONSULTANT]
    row = case_of(office, client)
    adviser.says(f"标签 {row['number']} 有拒签史")
    outsider = office.people.get("外人") or office.staff("外人", "service", department=office.department("别处"))
    name, phone = client.chat.removeprefix("chat-"), "13800001234"
    for words in ("tag:有拒签史", row["number"], name, phone, "有拒签史", row["number"][:4]):
        outsider.says(f"找 {words}")
        assert hits(outsider) == []
        assert row["number"] not in outsider.last.replace(words, "")
    office.do(AssignRole(case_id=row["id"], role="service", staff_id=outsider.id))
    for words in ("tag:有拒签史", row["number"], row["number"].lower(), name, phone, "138-0000-1234", "有拒签史"):
        outsider.says(f"找 {words}")
        assert hits(outsider) == [row["number"]], words
    assert_readable(outsider.words[-9:])


def test_who_may_not_see_names_and_phones_cannot_find_by_them(agency: TestHouse) -> None:
    """Otherwise a search would tell him what the card masks."""
    client = open_case(agency)
    row, checker = case_of(agency, client), agency.people.get("只审") or agency.staff("只审", "reviewer")
    agency.do(AssignRole(case_id=row["id"], role="reviewer", staff_id=checker.id))
    for words in (client.chat.removeprefix("chat-"), "13800001234"):
        checker.says(f"找 {words}")
        assert hits(checker) == []
        assert "不包含按姓名查找" in checker.last
        assert "不包含按电话查找" in checker.last
    checker.says(f"找 {row['number']}")
    assert hits(checker) == [row["number"]]
    assert client.chat.removeprefix("chat-") not in checker.last


def test_ten_hits_at_most_and_it_is_said_that_there_are_more(agency: TestHouse) -> None:
    adviser = agency.people[CONSULTANT]
    clients = [open_case(agency) for _ in range(MOST_HITS + 1)]
    for client in clients:
        agency.do(TagClient(client_id=client.id, tag="很多"))
    adviser.says("找 tag:很多")
    numbers = [case_of(agency, client)["number"] for client in clients]
    assert hits(adviser) == numbers[:0:-1]  # the newest ten
    assert "还有更多结果" in adviser.last


def test_the_same_word_is_one_tag_and_twenty_are_enough(office: TestHouse) -> None:
    client = open_case(office)
    for word in ("VIP", " ｖｉｐ ", "#vip"):
        office.do(TagClient(client_id=client.id, tag=word))
    assert tags(office, client) == ["VIP"]
    for n in range(MOST - 1):
        office.do(TagClient(client_id=client.id, tag=f"标签{n}"))
    with pytest.raises(Invalid) as full:
        office.do(TagClient(client_id=client.id, tag="第二十一"))
    assert full.value.problems[0].code == "client.tags_full"
    office.do(UntagClient(client_id=client.id, tag="vip"))
    with pytest.raises(NotFound):
        office.do(UntagClient(client_id=client.id, tag="vip"))
    office.do(TagClient(client_id=client.id, tag="vip"))
    assert len(tags(office, client)) == MOST
    for word in ("", "  ", "一" * 21):
        with pytest.raises(Invalid):
            office.do(TagClient(client_id=client.id, tag=word))
    with office.looking() as reader:
        raw = reader.rows(client_tag.select().where(client_tag.c.client_id == client.id))
    assert not [row for row in raw if b"VIP" in bytes(row["tag"]) or "标签".encode() in bytes(row["tag"])]


def test_words_put_on_and_take_off_and_the_timeline_tells(agency: TestHouse) -> None:
    client, writer = open_case(agency), agency.people[COPYWRITER]
    row = case_of(agency, client)
    writer.says(f"tag {row['number']} 高净值")
    writer.says(f"案 {row['number']}")
    writer.presses("标签")
    assert "现有标签：高净值" in writer.words[-2]
    writer.says("-高净值")
    assert tags(agency, client) == []
    writer.says(f"去标签 {row['number']} 高净值")
    assert "没有这个标签" in writer.last
    writer.says(f"案 {row['number']}")
    writer.presses("标签")
    writer.says("取消")
    assert "已取消" in writer.last
    writer.says(f"标签 {row['number']} {'长' * 30}")
    assert "1 到 20 个字" in writer.last
    writer.says(f"案 {row['number']}")
    assert "文案乙：去掉标签：高净值" in newest_card(writer, "case").text
    assert_readable(writer.words[-10:])


@pytest.mark.row("CD3")
def test_a_talk_is_taken_down_from_the_card_with_its_author_and_time(office: TestHouse) -> None:
    client, adviser = open_case(office), office.people[CONSULTANT]
    row = case_of(office, client)
    office.clock.advance(timedelta(minutes=25))
    adviser.says(f"案 {row['number']}")
    adviser.presses("记录咨询")
    assert "（1/3）" in adviser.last
    adviser.says("客户五月去东京，首次出境。")
    assert "（2/3）" in adviser.last
    adviser.says("希望加急。")
    assert "（3/3）" in adviser.last
    adviser.says("材料齐备，可行。")
    assert f"已记入 {row['number']} 的时间线" in adviser.last
    with office.looking() as reader:
        [told] = [each for each in timeline(reader, row["id"]) if each.type == "ConsultationRecorded"]
        raw = reader.rows(consultation.select().where(consultation.c.case_id == row["id"]))
    assert (told.actor_name, told.at) == (CONSULTANT, office.clock.now())
    assert [told.data[name] for name in ("summary", "demand", "assessment")] == [
        "客户五月去东京，首次出境。", "希望加急。", "材料齐备，可行。",
    ]  # fmt: skip
    assert "东京".encode() not in bytes(raw[0]["summary"])
    adviser.says(f"案 {row['number']}")
    line = newest_card(adviser, "case").text.splitlines()[0]
    assert line.endswith(
        "顾问甲：咨询记录：客户五月去东京，首次出境。；核心诉求：希望加急。；初步评估：材料齐备，可行。"
    )
    assert "2026年" in line


def test_a_talk_can_be_given_up_and_tells_nothing_then(agency: TestHouse) -> None:
    client, adviser = open_case(agency), agency.people[CONSULTANT]
    row = case_of(agency, client)
    for answers in ([], ["一"], ["一", "二"]):
        adviser.says(f"案 {row['number']}")
        adviser.presses("记录咨询")
        for words in answers:
            adviser.says(words)
        adviser.says("取消")
        assert "已取消" in adviser.last
    adviser.says(f"案 {row['number']}")
    adviser.presses("记录咨询")
    adviser.says("长" * 4001)
    assert "最多 4000 个字" in adviser.last
    adviser.says("取消")
    with agency.looking() as reader:
        assert reader.find(consultation, case_id=row["id"]) == []


def test_in_english_too(agency: TestHouse) -> None:
    client, adviser = open_case(agency), agency.people[REVIEWER]
    row = case_of(agency, client)
    adviser.says("english")
    adviser.says(f"case {row['number']}")
    assert newest(adviser, "case")[:3] == ["Next steps", "Record a talk", "Tags"]
    adviser.presses("Record a talk")
    for words in ("Talked about dates.", "Wants it fast.", "Looks fine."):
        adviser.says(words)
    adviser.says(f"tag {row['number']} urgent")
    adviser.says(f"case {row['number']}")
    assert "Talk: Talked about dates.; wants above all: Wants it fast." in adviser.last
    adviser.says("help")
    assert_readable(adviser.words[-8:])
    adviser.says("中文")


def test_a_tag_is_taken_off_by_a_button(office: TestHouse) -> None:
    client, adviser = open_case(office), office.people[CONSULTANT]
    number = case_of(office, client)["number"]
    for tag in ("加急办理", "高净值"):
        office.do(TagClient(client_id=client.id, tag=tag))
    adviser.says(f"案 {number}")
    adviser.presses("标签")
    assert [each.label for each in adviser.messages[-1].message.card.buttons] == ["✕ 加急办理", "✕ 高净值"]
    old = token_of(adviser, "✕ 加急办理")
    adviser.presses("✕ 加急办理")
    assert tags(office, client) == ["高净值"]
    assert "已去掉标签“加急办理”" in adviser.last
    assert [each.label for each in adviser.messages[-2].message.card.buttons] == ["✕ 高净值"]
    adviser.press_token(old)
    assert "没有这个标签" in adviser.last
    adviser.says("你好")  # the question is answered: these words are no tag
    assert tags(office, client) == ["高净值"]
    adviser.presses("✕ 高净值")
    assert tags(office, client) == []
    assert_readable(adviser.words[-4:])


def test_clients_without_a_case_are_found_as_far_as_ones_rights_go(office: TestHouse) -> None:
    client, adviser = new_client(office), office.people[CONSULTANT]
    name = client.chat.removeprefix("chat-")
    adviser.says(f"找 {name}")
    assert "没有找到" in adviser.last  # nobody's client yet
    office.contract(client=name)
    office.do(TagClient(client_id=client.id, tag=f"咨询{name}"))
    for words in (name, f"tag:咨询{name}", f"咨询{name}"):
        adviser.says(f"找 {words}")
        card = newest_card(adviser, "found")
        assert card.text == f"客户 1：{name} · 尚无案件"
        assert [each.label for each in card.buttons] == ["邀请客户 1"]
    outsider = office.staff(f"外{name}", "consultant", department=office.department("别处"))
    checker = office.staff(f"审{name}", "reviewer")
    for person in (outsider, checker):
        person.says(f"找 {name}")
        assert "尚无案件" not in person.last
    adviser.presses("邀请客户 1")
    assert "邀请" in adviser.last
    begin(office, new_client(office, name=f"有案{name}"))
    adviser.says(f"找 有案{name}")
    assert "尚无案件" not in adviser.last
    assert_readable(adviser.words[-4:])

"""Several files at once: stored at once, one sign, one message that tells what became of all of them (U2, U3)."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import FLOWS
from core.cases.pages import files_of
from core.cases.tables import document_file, document_version
from core.commands.documents import AddFile, ReviewDocument
from core.commands.work import PublishFlow
from core.conversations.tables import message
from core.files.tables import file
from core.kit.errors import NotPossibleNow, Stale
from core.ledger.tables import timer
from tests.bot.chat import (
    DECIDE,
    REVIEWER,
    approve,
    assert_readable,
    bound,
    case_of,
    new_client,
    newest,
    newest_card,
    open_case,
    picture,
    token_of,
)
from tests.house import FIELDS, Person, TestHouse

GAPS = (0, 1, 2, 0.5, 3, 12, 12, 5, 2.5, 12)  # seconds before each of ten files


def send_all(house: TestHouse, client: Person, gaps: tuple[float, ...], captions: tuple[str, ...] = ()) -> None:
    """The files arrive and the clock goes on; only what is due by then has happened."""
    for number, gap in enumerate(gaps):
        house.move_to(house.clock.now() + timedelta(seconds=gap))
        caption = captions[number] if number < len(captions) else ""
        client.sends(f"{number}.jpg", picture(number), caption, after=0)


def album(house: TestHouse, client: Person, count: int, caption: str = "", first: int = 0) -> None:
    """Everything is announced before anything has been looked at."""
    house.clock.advance(timedelta(seconds=20))
    house.quiet = False
    for number in range(count):
        client.sends(f"{first + number}.jpg", picture(first + number), "" if number else caption, after=0.1)
    house.quiet = True
    house.rest()


def places_of(house: TestHouse, client: Person) -> dict[str, list[str]]:
    """Where each of the client's files is: names by "placed" and "unplaced"."""
    case_id = case_of(house, client)["id"]
    with house.looking() as reader:
        on_items = {row["file_id"] for row in reader.find(document_version, case_id=case_id)}
        on_items |= {row["file_id"] for row in reader.find(document_file, case_id=case_id)}
        found: dict[str, list[str]] = {"placed": [], "unplaced": [], "nowhere": []}
        for row in reader.find(file, client_id=client.id):
            place = "placed" if row["id"] in on_items else "unplaced" if row["unplaced"] else "nowhere"
            found[place].append(row["name"])
    return found


def test_ten_files_with_pauses_are_answered_by_two_messages(office: TestHouse) -> None:
    client = open_case(office)
    send_all(office, client, GAPS)
    words = client.new()
    assert len(words) <= 2
    assert "正在检查" in words[0]
    places = places_of(office, client)
    assert places["nowhere"] == []
    assert len(places["placed"]) + len(places["unplaced"]) == 10
    assert client.words[-1].startswith("收到 10 份文件")
    assert_readable(client.words[-2:])
    client.says("材料")
    for name in places["unplaced"]:
        assert name in client.last


def test_two_albums_at_the_same_time_are_told_apart_by_the_platform_s_ids(office: TestHouse) -> None:
    """The files of both come mixed up, and only the first one of each has words."""
    client = open_case(office)
    office.clock.advance(timedelta(seconds=20))
    office.quiet = False
    for number, (group, caption) in enumerate([("a", "户口簿整本"), ("b", "身份证"), ("a", ""), ("b", ""), ("a", "")]):
        client.sends(f"{number}.jpg", picture(number), caption, after=0.1, album=group)
    office.quiet = True
    office.rest()
    assert sorted(bound(office, client)) == [("hukou", 1, "submitted"), ("id_card", 1, "submitted")]
    with office.looking() as reader:
        versions = reader.find(document_version, case_id=case_of(office, client)["id"])
        assert sorted(len(files_of(reader, row)) for row in versions) == [2, 3]


def test_an_album_that_comes_slowly_stays_one(office: TestHouse) -> None:
    """A platform may take long for each file: without its id the second one would be for the next item."""
    client = open_case(office)
    for number in range(3):
        caption = "" if number else "户口簿整本"
        client.sends(f"{number}.jpg", picture(5 + number), caption, after=25 if number else 20, album="slow")
    assert bound(office, client) == [("hukou", 1, "submitted")]
    client.sends("9.jpg", picture(9), after=1)  # one without an id is none of them
    with office.looking() as reader:
        version, other = reader.find(document_version, case_id=case_of(office, client)["id"])
        assert (len(files_of(reader, version)), len(files_of(reader, other))) == (3, 1)


def test_what_was_told_about_files_is_kept_as_it_was_last_edited(office: TestHouse) -> None:
    client = open_case(office)
    send_all(office, client, (20, 3, 12), captions=("护照", "白底证件照", "身份证"))
    with office.looking() as reader:
        said = reader.find(message, case_id=case_of(office, client)["id"], direction="out")
    [kept] = [row["body"] for row in said if "收到 3 份文件" in row["body"]["title"]]
    assert kept["text"] == client.messages[-1].message.card.text
    assert client.messages[-1].redrawn > 0


def test_an_album_becomes_one_version_with_all_its_pages(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    reviewer.new()
    album(office, client, 4, caption="户口簿整本")
    assert bound(office, client) == [("hukou", 1, "submitted")]
    sign, told = client.new()
    assert "正在检查" in sign
    assert "《户口簿整本》（第 1 版，共 4 份文件）" in told
    assert "下一项：护照" in told
    cards = [each for each in reviewer.new() if each.startswith("审核：户口簿整本")]
    assert len(cards) == 1  # one card per version, with all its files
    card = newest_card(reviewer, "review")
    assert card.image is not None
    assert len(card.more_images) == 3
    assert "0.jpg、1.jpg、2.jpg、3.jpg" in dict(card.facts)["版本"]
    approve(office)
    assert bound(office, client) == [("hukou", 1, "approved")]


def test_pages_keep_the_order_in_which_they_were_sent(agency: TestHouse) -> None:
    client = open_case(agency)
    album(agency, client, 8, caption="户口簿整本")
    with agency.looking() as reader:
        version = reader.find(document_version, case_id=case_of(agency, client)["id"])[0]
        names = [row["name"] for row in files_of(reader, version)]
    assert names == [f"{number}.jpg" for number in range(8)]  # whichever was fetched first


def test_a_chosen_item_takes_slow_pages_too(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("4")
    send_all(agency, client, (1, 12, 12, 8))
    assert bound(agency, client) == [("hukou", 1, "submitted")]
    assert "共 4 份文件" in client.last
    client.says("谢谢")  # words end it: the next file is for what is asked next
    client.sends("next.jpg", picture(9), after=1)
    assert [key for key, *_ in bound(agency, client)] == ["hukou", "passport"]


def test_a_page_that_is_there_already_is_no_new_version(agency: TestHouse) -> None:
    client = open_case(agency)
    album(agency, client, 3, caption="户口簿整本")
    client.sends("again.jpg", picture(2), "户口簿整本")
    assert "完全相同" in client.last
    assert bound(agency, client) == [("hukou", 1, "submitted")]
    assert places_of(agency, client)["unplaced"] == []


def test_a_press_on_what_the_card_showed_before_decides_nothing(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.says("4").sends("a.jpg", picture(1))
    old = token_of(reviewer, "通过")
    client.sends("b.jpg", picture(2), after=5)
    reviewer.press_token(old)
    assert "最新的卡片" in reviewer.last
    assert bound(agency, client) == [("hukou", 1, "submitted")]
    reviewer.presses("通过", card="户口簿")
    assert bound(agency, client) == [("hukou", 1, "approved")]


def test_after_the_review_has_begun_a_page_is_a_new_version(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.says("1").sends("a.jpg", picture(1))
    reviewer.presses("请目视")
    client.sends("b.jpg", picture(2), "护照", after=5)
    assert bound(agency, client) == [("passport", 1, "replaced"), ("passport", 2, "submitted")]


def test_more_files_than_a_version_takes_are_offered_as_a_new_one(agency: TestHouse) -> None:
    client = open_case(agency)
    album(agency, client, 3, caption="白底证件照")
    assert bound(agency, client) == [("photo", 1, "submitted")]
    assert "最多 2 份文件" in client.last
    assert len(places_of(agency, client)["unplaced"]) == 1
    client.presses("作为新版本提交")
    assert bound(agency, client) == [("photo", 1, "replaced"), ("photo", 2, "submitted")]
    assert places_of(agency, client)["unplaced"] == []


def test_files_without_words_are_asked_about_one_by_one_in_one_message(agency: TestHouse) -> None:
    client = open_case(agency)
    album(agency, client, 2)
    _, told = client.new()
    assert "还不知道属于哪一项：0.jpg、1.jpg" in told
    client.presses("户口簿")
    assert len(client.new()) == 0  # the same message goes on
    assert "1.jpg" in client.last
    client.presses("退休证")
    assert {key for key, *_ in bound(agency, client)} == {"hukou", "retire"}
    assert places_of(agency, client)["unplaced"] == []


def test_a_refused_file_is_named_among_the_others(agency: TestHouse) -> None:
    client = open_case(agency, "en")
    agency.clock.advance(timedelta(seconds=20))
    agency.quiet = False
    client.sends("good.jpg", picture(1), "Retirement", after=0)
    client.sends("bad.jpg", b"", "Passport", after=1)
    client.sends("again.jpg", picture(1), "Retirement", after=1)
    agency.quiet = True
    agency.rest()
    sign, told = client.new()
    assert "3 files received" in told
    assert "bad.jpg: " in told
    assert "0 bytes" in told
    assert told.count("good.jpg: ") + told.count("again.jpg: ") == 1  # whichever came in second is the copy
    assert_readable([sign, told])


def test_where_nothing_can_be_edited_the_summary_waits_for_quiet(agency: TestHouse) -> None:
    able = agency.channel.capabilities
    client = open_case(agency)
    agency.channel.capabilities = able.model_copy(update={"edit": False})
    try:
        send_all(agency, client, (0, 1, 1))
        assert client.new() == []
        agency.move_to(agency.clock.now() + timedelta(seconds=2.5))
        [told] = client.new()
        assert "收到 3 份文件" in told
        send_all(agency, client, (9, 12))
        assert client.new() == []
        agency.move_to(agency.clock.now() + timedelta(seconds=15))
        [told] = client.new()
        assert "收到 5 份文件" in told
    finally:
        agency.channel.capabilities = able
    with agency.looking() as reader:
        assert reader.find(timer, scope="burst", state="waiting") == []


def test_a_file_that_never_comes_holds_the_others_back_no_longer_than_the_cap(agency: TestHouse) -> None:
    client = open_case(agency)
    agency.quiet = False
    client.sends("gone.jpg", picture(1), after=20)
    agency.channel.files.clear()
    client.sends("there.jpg", picture(2), "退休证", after=1)
    agency.quiet = True
    agency.rest()
    assert "退休证" in client.last
    assert "gone.jpg：" in client.last


def test_an_item_that_needs_several_files_stays_with_the_client_until_they_are_there(agency: TestHouse) -> None:
    source = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8")
    source = source.replace("key: visa_jp_tourist", "key: visa_jp_pairs", 1)
    assert "max_files: 2\n" in source
    agency.do(PublishFlow(source=source.replace("max_files: 2\n", "max_files: 2\n    min_files: 2\n", 1)))
    client, reviewer = new_client(agency), agency.people[REVIEWER]
    name = client.chat.removeprefix("chat-")
    agency.contract(client=name, flow="visa_jp_pairs", **FIELDS)
    agency.people["顾问甲"].presses("定金").presses("生效")
    reviewer.new()
    client.sends("1.jpg", picture(1), "白底证件照")
    assert "还差 1 份" in client.last
    assert bound(agency, client) == [("photo", 1, "partial")]
    client.says("材料")
    assert "2. ⬜ 白底证件照" in client.last
    assert not [each for each in reviewer.new() if "审核" in each]
    with agency.looking() as reader:
        version = reader.find(document_version, case_id=case_of(agency, client)["id"])[0]
    with pytest.raises(NotPossibleNow):
        agency.do(ReviewDocument(version_id=version["id"], decision="approved"))
    client.sends("2.jpg", picture(2), "白底证件照")  # much later: it is still the same version
    assert bound(agency, client) == [("photo", 1, "submitted")]
    assert "共 2 份文件" in client.last
    assert len([each for each in reviewer.new() if each.startswith("审核")]) == 1


@pytest.mark.parametrize("act", ["approve", "extend"])
def test_what_is_not_whole_cannot_be_decided(agency: TestHouse, act: str) -> None:
    client = open_case(agency)
    client.sends("a.jpg", picture(1), "退休证")
    with agency.looking() as reader:
        version = reader.find(document_version, case_id=case_of(agency, client)["id"])[0]
        kept = reader.find(file, client_id=client.id)[0]
    if act == "approve":
        with pytest.raises(Stale):
            agency.do(ReviewDocument(version_id=version["id"], decision="approved", files=7))
    else:
        agency.do(ReviewDocument(version_id=version["id"], decision="approved"))
        with pytest.raises(NotPossibleNow):
            agency.do(AddFile(version_id=version["id"], file_id=kept["id"]))
    assert newest(agency.people[REVIEWER], "review") == (DECIDE if act == "approve" else [])


SENT = st.tuples(
    st.sampled_from(["", "护照", "户口簿整本", "退休证", "流水", "不知道", "照片"]),
    st.sampled_from([0.0, 0.4, 2.0, 3.0, 12.0, 20.0]),
    st.integers(0, 12),
    st.sampled_from(["", "", "", "材料", "4", "撤回", "你好"]),
)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.lists(SENT, min_size=20, max_size=20))
def test_no_order_of_files_ever_drops_one(agency: TestHouse, orders: list[tuple[str, float, int, str]]) -> None:
    """Whatever is sent, in whatever rhythm: each file is on an item, on the list, known as a copy, or was refused."""
    client = open_case(agency)
    for number, (caption, gap, variant, words) in enumerate(orders):
        if words:
            client.says(words)
        agency.quiet = number % 3 == 2
        client.sends(f"n{number}.jpg", picture(variant), caption, after=gap)
    agency.quiet = True
    agency.rest()
    case_id = case_of(agency, client)["id"]
    with agency.looking() as reader:
        kept = reader.find(file, client_id=client.id)
        versions = reader.find(document_version, case_id=case_id)
        pages = reader.find(document_file, case_id=case_id)
    on_items = {row["file_id"] for row in (*versions, *pages)}
    known = {row["sha256"] for row in (*versions, *pages)}
    assert len(kept) == len(orders)
    for row in kept:
        assert row["id"] in on_items or row["unplaced"] or row["sha256"] in known, row["name"]
    assert {row["id"] for row in kept if row["unplaced"]} & on_items == set()

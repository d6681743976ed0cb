"""Contents reach the clients whom they concern, once each: at their publishing, as a drip, by name; and who would."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.cases.content_tables import content_sent
from core.cases.tables import case, case_event
from core.catalog.tables import content, content_version, flow_version
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.contents import PublishContent, WithdrawContent, WriteContent
from core.commands.contracts import Traveller
from core.commands.desk import TagClient
from core.commands.identity import RecordConsent
from core.commands.migrating import MigrateFlow
from core.commands.reminders import SetClientZone
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.errors import Invalid
from core.reactions import contents as fan_out
from core.staff.service import actor_of
from core.store.sealing import Row
from core.views.audience import Audience, Lens, audience, means_of
from core.views.rule_log import rule_runs
from tests.house import Person, TestHouse, fresh_house
from tests.services.databases import Databases, Kind
from tests.statements import statements

FLOW = (Path(__file__).parent / "care" / "v1.yaml").read_text("utf-8")
ENERGY, CHIPS = "新能源政策", "chips"
RICH: dict[str, Any] = {"funds": 500_000_000, "policy_interests": ["energy"]}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    kind: Kind = request.param
    with fresh_house(kind, databases, tmp_path_factory) as there:
        there.agency(flows=None)
        with pytest.raises(Invalid) as lacking:
            there.do(PublishFlow(source=FLOW))
        assert [(each.code, each.pointer) for each in lacking.value.problems] == [
            ("flow.no_content", "/rules/3/then/0/args/content")
        ]
        write(there, "autumn_forum", "论坛")
        there.do(PublishFlow(source=FLOW))
        yield there


@pytest.fixture(autouse=True)
def morning(house: TestHouse) -> None:
    """Ten o'clock of a new day in Shanghai, with nothing on the shelf."""
    house.move_to(
        datetime.combine(house.clock.now().date() + timedelta(days=1), datetime.min.time(), UTC).replace(hour=2)
    )
    with house.looking() as reader:
        out = [row["name"] for row in reader.find(content) if row["published_id"] is not None]
    for key in out:
        house.do(WithdrawContent(key=key))


def write(house: TestHouse, key: str, *topics: str, text: str = "{name}，请阅。") -> int:
    title = {"zh-CN": f"报告{key}", "en": f"Report {key}"}
    words = {"zh-CN": text, "en": text}
    return int(house.do(WriteContent(key=key, title=title, text=words, topics=topics, link="https://example.com/r")))


def publish(house: TestHouse, key: str, *topics: str, **more: Any) -> None:
    house.do(PublishContent(key=key, number=write(house, key, *topics, **more)))
    for _ in range(5):  # as many parts
        house.move_to(house.clock.now() + timedelta(seconds=2))


def investor(house: TestHouse, name: str, flow: str = "investor_care", **fields: Any) -> tuple[Person, int]:
    person = house.people.get(name) or house.client(name, phone=f"138{abs(hash(name)) % 10**8:08}")
    return person, opened(house, person, fields, flow)


def vip(house: TestHouse, name: str, **fields: Any) -> tuple[Person, int]:
    """One with the tag that a rule asks for."""
    person, case_id = investor(house, name, **fields)
    house.do(TagClient(client_id=person.id, tag="vip客户"))
    return person, case_id


def opened(house: TestHouse, person: Person, fields: dict[str, Any], flow: str = "investor_care") -> int:
    made = OpenCase(
        client_id=person.id,
        flow=flow,
        travellers=(Traveller(name="客户", kind="investor"),),
        team={"consultant": house.team["consultant"]},
        fields=fields,
    )
    return int(house.do(made))


def got(person: Person, key: str) -> int:
    """How often this report was sent to him."""
    return sum(f"报告{key}》" in words for words in person.words)


def why(house: TestHouse, case_id: int, rule: str) -> list[str]:
    """The newest run of a rule in the case's log."""
    with house.looking() as reader:
        [run] = rule_runs(reader, case_id, 1, rule=rule)
    said = run.reasons or [each for act in run.acts for each in act.reasons]
    return [*(act.came for act in run.acts), *(each["en"] for each in said)]


def preview(house: TestHouse, key: str) -> Audience:
    with house.looking() as reader:
        version = reader.find(content_version, name=key)[-1]
    wiring = house.banli.bus.wiring
    lens = Lens(means_of(wiring.tools), wiring.facts, wiring.tools["sayings"], house.clock.now())
    return audience(lens, house.looking, version, lambda row: True)


def number(house: TestHouse, case_id: int) -> str:
    with house.looking() as reader:
        return str(reader.find(case, id=case_id)[0]["number"])


def sent(house: TestHouse, key: str) -> list[Row]:
    with house.looking() as reader:
        ids = [row["id"] for row in reader.find(content_version, name=key)]
        return reader.find(content_sent, content_sent.c.content_id.in_(ids))


@pytest.mark.row("RU5")
@pytest.mark.row("RU18")
@pytest.mark.row("CD12")
def test_a_report_reaches_those_whom_it_concerns_and_the_preview_says_so(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By tag, funds, risk and interests; held back by a refusal, by a gag and where the client has said that he wants
    none; once for two cases and two rules; more cases than one step looks at."""
    monkeypatch.setattr(fan_out, "PART", 2)
    rich, first = vip(house, "富", **RICH)
    second = opened(house, rich, RICH)
    plain, of_plain = investor(house, "常", **RICH)
    poor, of_poor = vip(house, "小", funds=100_000_000, policy_interests=["energy"])
    other, _ = investor(house, "芯", funds=500_000_000, policy_interests=["chips"])
    bold, of_bold = vip(house, "勇", risk="bold", funds=500_000_000, policy_interests=["energy", "chips"])
    refused, of_refused = vip(house, "拒", **RICH)
    said = RecordConsent(client_id=refused.id, case_id=None, text="0" * 16, given=False)
    house.do(said, actor=Actor(kind="client", id=refused.id))
    weary, of_weary = vip(house, "退", **RICH)
    weary.says("ＳＴＯＰ")
    cooling, of_cooling = vip(house, "冷", **RICH)
    house.do(AdvanceCase(case_id=of_cooling, trigger="sign"), actor=consultant(house))
    write(house, "policy", ENERGY, "energy")
    before = preview(house, "policy")
    assert (before.looked_at, before.cases, before.clients) == (9, 2, 2)
    assert before.shown == sorted([number(house, first), number(house, of_bold)])
    counted = {key[1]: (each.cases, by_code(each.why)) for key, each in before.rules.items()}
    assert counted == {
        "energy_reports": (2, {"condition": 3, "has": 1, "consent": 1, "opted_out": 1, "gag": 1}),
        "bold_news": (0, {"condition": 8, "has": 1}),
    }
    assert sent(house, "policy") == []

    publish(house, "policy", ENERGY, "energy")
    people = (rich, poor, other, bold, refused, cooling, plain, weary)
    assert [got(each, "policy") for each in people] == [1, 0, 0, 1, 0, 0, 0, 0]
    assert {row["case_id"] for row in sent(house, "policy")} == {first, of_bold}
    assert "为您推荐《报告policy》（关注：新能源政策、energy）\n富，请阅。" in rich.last
    assert why(house, second, "energy_reports") == ["nothing", "the client has it already"]
    assert why(house, of_poor, "energy_reports") == ["funds of three million"]
    assert why(house, of_plain, "energy_reports") == ["tagged VIP客户"]
    assert why(house, of_weary, "energy_reports") == ["held", "the client wants no recommendations"]
    assert why(house, of_refused, "energy_reports") == ["held", "the client has refused his consent"]
    assert why(house, of_cooling, "energy_reports")[0] == "held"

    house.do(WithdrawContent(key="policy"))
    publish(house, "policy", ENERGY, "energy")  # the same words are the same version
    assert [got(each, "policy") for each in people] == [1, 0, 0, 1, 0, 0, 0, 0]
    publish(house, "policy", ENERGY, text="又有变化。")
    assert [got(each, "policy") for each in people] == [2, 0, 0, 2, 0, 0, 0, 0]


def test_looking_at_many_asks_no_more_than_looking_at_one(house: TestHouse) -> None:
    """What is asked about each client is read for all of them at once."""
    write(house, "few", ENERGY)
    asked: list[int] = []
    for _ in range(2):
        vip(house, f"众{len(asked)}", **RICH)
        preview(house, "few")  # flows are read by then
        with statements() as told:
            preview(house, "few")
        asked.append(len(told))
        vip(house, f"多{len(asked)}", **RICH)
    assert asked[0] == asked[1]


def by_code(why: Any) -> dict[str, int]:
    """Cases by the code of their reason."""
    found: dict[str, int] = {}
    for (code, _, _), many in why.items():
        found[code] = found.get(code, 0) + many
    return found


def consultant(house: TestHouse) -> Actor:
    with house.looking() as reader:
        actor = actor_of(reader, house.team["consultant"])
    assert actor is not None
    return actor


def test_at_night_it_waits_and_what_is_withdrawn_by_then_does_not_go_out(house: TestHouse) -> None:
    person, _ = vip(house, "夜", **RICH)
    house.move_to(house.clock.now().replace(hour=15))  # eleven in the evening
    publish(house, "late", ENERGY)
    publish(house, "wrong", ENERGY)
    house.do(PublishContent(key="autumn_forum", number=1))
    asleep, of_asleep = investor(house, "眠")  # its stage was entered at night
    assert why(house, of_asleep, "invited") == [
        "later",
        "it is night where the client is: sent at 09:00 if it still holds then",
    ]
    house.do(WithdrawContent(key="wrong"))
    assert (got(person, "late"), got(asleep, "autumn_forum")) == (0, 0)
    house.move_to(house.clock.now() + timedelta(hours=10, seconds=5))
    assert (got(person, "late"), got(person, "wrong"), got(asleep, "autumn_forum")) == (1, 0, 1)


def test_a_drip_takes_the_newest_that_this_client_has_not_got(house: TestHouse) -> None:
    person, case_id = investor(house, "滴", policy_interests=["chips"])
    stranger, of_stranger = investor(house, "空")
    for key, topic in (("old", "芯片"), ("new", CHIPS), ("foreign", ENERGY)):
        publish(house, key, topic)
    day = house.clock.now().date()
    for each in (case_id, of_stranger):
        house.do(SetFields(case_id=each, fields={"met_on": day.isoformat()}))
    had = []
    for days in (1, 8, 15):
        house.move_to(house.clock.now() + timedelta(days=days) - (house.clock.now().date() - day))
        had.append([got(person, key) for key in ("old", "new", "foreign")])
    assert had == [[0, 1, 0], [1, 1, 0], [1, 1, 0]]
    assert why(house, case_id, "after_meeting") == ["nothing", "the client has it already"]
    assert why(house, of_stranger, "after_meeting") == ["nothing", "the field that names the topics is empty"]
    assert [got(stranger, key) for key in ("old", "new", "foreign")] == [0, 0, 0]


UNTIL = """
  - key: waits
    name: {zh-CN: 等待报告, en: Waiting for a report}
    at: {anchor: case.opened, offsets: [1d, 2d], until: [ContentPublished]}
    then: [{action: create_task, args: {role: consultant, title: {zh-CN: 致电, en: Call}}}]
"""


def test_a_publishing_stops_what_goes_on_until_then_and_a_reply_what_waits_for_the_morning(house: TestHouse) -> None:
    """Also in a flow none of whose rules acts on a publishing."""
    begin = FLOW.index("  - key: energy_reports")
    quiet = FLOW[:begin] + FLOW[FLOW.index("  - key: after_meeting") : FLOW.index("\nreasons:")].rstrip() + UNTIL
    house.do(PublishFlow(source=quiet.replace("investor_care", "quiet_care") + FLOW[FLOW.index("\nreasons:") :]))
    _, case_id = investor(house, "静", flow="quiet_care", policy_interests=["chips"])
    publish(house, "silent", CHIPS)
    with house.looking() as reader:
        stopped = [each["data"] for each in reader.find(case_event, case_id=case_id, type="RuleStopped")]
    assert [(each["rule"], each["by"]) for each in stopped] == [("waits", "ContentPublished")]

    abroad, of_abroad = investor(house, "远", policy_interests=["chips"])
    house.do(SetClientZone(client_id=abroad.id, zone="Europe/London"))
    house.do(SetFields(case_id=of_abroad, fields={"met_on": house.clock.now().date().isoformat()}))
    house.move_to(house.clock.now() + timedelta(days=1))
    assert why(house, of_abroad, "after_meeting")[0] == "later"  # it was night in London
    abroad.says("不用了")
    house.move_to(house.clock.now() + timedelta(hours=12))
    assert got(abroad, "silent") == 0


def test_a_content_that_waits_for_the_morning_follows_its_case_to_another_version(house: TestHouse) -> None:
    """Under the new name of the field that says the topics."""
    source = FLOW.replace("investor_care", "moved_care")
    house.do(PublishFlow(source=source))
    publish(house, "moving", CHIPS)
    person, case_id = investor(house, "迁", flow="moved_care", policy_interests=["chips"])
    house.do(SetClientZone(client_id=person.id, zone="Europe/London"))
    house.do(SetFields(case_id=case_id, fields={"met_on": house.clock.now().date().isoformat()}))
    house.move_to(house.clock.now() + timedelta(days=1))
    assert why(house, case_id, "after_meeting")[0] == "later"
    later = source.replace("version: 1\n", "version: 2\n", 1).replace("policy_interests", "interests")
    house.do(PublishFlow(source=later))
    house.do(MigrateFlow(flow="moved_care", to=2, fields={"policy_interests": "interests"}))
    house.move_to(house.clock.now() + timedelta(hours=12))
    assert number_of_version(house, case_id) == 2
    assert got(person, "moving") == 1


def number_of_version(house: TestHouse, case_id: int) -> int:
    with house.looking() as reader:
        [row] = reader.find(case, id=case_id)
        return int(reader.find(flow_version, id=row["flow_version_id"])[0]["version"])

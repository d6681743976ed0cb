"""A real case becomes a story that comes out the same, and says nothing of the people it was."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import FLOWS, Banli
from bot.cli import story_making
from bot.cli.problems import Broken
from bot.cli.story_house import in_a_house, play_one
from bot.cli.story_making import Made, exported, made_of, past_of, story_maker
from bot.story.driver import World
from bot.story.past import Past
from bot.story.past_personal import in_fields
from bot.story.reader import read_script, read_story
from bot.story.runner import play
from bot.story.spec import Script
from bot.story.standins import Standins, leaks
from bot.web import web
from core.cases.tables import case
from core.commands.contracts import ActivateContract
from core.commands.identity import SetGuardian
from core.commands.people import IssueApiKey, RegisterClient
from core.engine.flow import Field, Flow
from core.ledger.tables import audit
from tests.house import open_house

FLOW = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_bytes()


async def lived(script: Script, world: World) -> Past:
    """Play a story as if its people were real, and read the case that came of it."""
    result = await play(script, world)
    assert result.came_out, result.failure
    assert isinstance(world.agency, Banli)
    with world.agency.reading.open() as reader:
        row = reader.first(case)
        assert row is not None
        return past_of(world.agency, reader, row)


def test_a_case_is_exported_and_comes_out_the_same(tmp_path: Path) -> None:
    """Every act of the shipped story is there, its answers are the same in kind, and it runs."""
    shipped = read_story(FLOWS / "visa_kr_tourist" / "stories" / "rework.yaml")
    past = in_a_house(shipped, "loopback", lived)
    story, recorded = exported(past, "flow.yaml")
    assert [*past.notes, *recorded.notes] == []
    (tmp_path / "flow.yaml").write_bytes(past.source)
    (tmp_path / "story.yaml").write_text(story, encoding="utf-8")
    again = read_story(tmp_path / "story.yaml")
    assert again.story.masked
    did = [sum(step.verb == verb for step in shipped.steps) for verb in ("says", "sends", "presses")]
    assert did == [sum(step.verb == verb for step in again.steps) for verb in ("says", "sends", "presses")]
    result = play_one(again, "loopback")
    assert result.came_out, result.failure


PLANTED = {
    "zh-CN": {
        "name": "欧阳震华",
        "phone": "13912345678",
        "email": "ouyang.zhenhua@qq.example",
        "staff": "司徒美堂",
        "says": "我叫欧阳震华，护照 E87654321，身份证 310104198811223456，住上海市徐汇区漕溪北路 398 号",
        "caption": "欧阳震华 退休证 13912345678",
        "file": "欧阳震华_E87654321_退休证.pdf",
        "text": "退休证 欧阳震华 1988年11月22日 310104198811223456",
        "reply": "回复 V-2026-0001 欧阳震华您好，请打 13912345678 找司徒美堂",
        "reject": "退回 V-2026-0001 退休证 欧阳震华的证号 310104198811223456 看不清",
        "pieces": "欧阳 阳震 震华 司徒 美堂 E87654321 310104 198811 徐汇 漕溪 398 139123 ouyang 1988 qq.example",
    },
    "en": {
        "name": "Wilhelmina Braithwaite",
        "phone": "+447700900123",
        "email": "w.braithwaite@mail.example.org",
        "staff": "Thaddeus Pemberton",
        "says": "I am Wilhelmina Braithwaite, passport 533380006, born 1988-11-22, at 14 Marlborough Crescent, Bath",
        "caption": "Wilhelmina pension 07700900123",
        "file": "Braithwaite_533380006.pdf",
        "text": "退休证 Wilhelmina Braithwaite 533380006 1988-11-22",
        "reply": "reply V-2026-0001 Dear Wilhelmina, ring 07700900123 and ask for Thaddeus",
        "reject": "reject V-2026-0001 retire Braithwaite's number 533380006 is not legible",
        "pieces": "wilhelmina braithwaite thaddeus pemberton 533380006 marlborough crescent bath 900123 mail.ex",
    },
}
TEMPLATE = """\
story: A test
flow: flow.yaml
clock: 2026-03-02 10:00
language: {language}
people:
  client: {{name: {name}, phone: "{phone}", email: {email}}}
  adviser: {{name: {staff}, roles: [sales, consultant, service, finance, copywriter, reviewer, supervisor]}}
contract:
  state: active
  travellers: [{{name: {name}, kind: retired}}]
  fields: {{residence_province: shanghai, hukou_province: shanghai, has_old_passport: "no", refused_before: "no"}}
steps:
  - client says: "{says}"
  - client sends: {{file: pdf_with_text, name: "{file}", caption: "{caption}", text: "{text}"}}
  - client says: help
  - adviser says: "{reply}"
  - adviser says: "{reject}"
  - client says: human
  - client says: "{says}"
  - adviser does: {{SetFields: {{fields: {{own_itinerary: "yes"}}}}}}
"""


@pytest.mark.parametrize("language", PLANTED)
def test_nothing_personal_is_in_an_export(language: str) -> None:
    """Neither a value, nor a piece of one, wherever it was said."""
    planted = PLANTED[language]
    text = TEMPLATE.format(language=language, **planted)
    script = read_script("a test", text.encode(), lambda _: FLOW)
    story, _ = exported(in_a_house(script, "loopback", lived), "flow.yaml")
    low = story.lower()
    assert [piece for piece in planted["pieces"].lower().split() if piece in low] == []
    assert low.count("client says") == text.count("client says")
    assert "client sends" in low
    assert "setfields" in low


def test_stand_ins_are_stable_share_nothing_and_a_leak_is_found() -> None:
    names = Standins(["张三丰", "Alex Smith"])
    assert names.name("张三丰") == names.name(" 张三丰 ") != names.name("李小龙")
    assert "张三" not in names.name("张三丰")
    assert "alex" not in names.name("Alex Smith").lower()
    assert leaks("见张三丰的护照", ["张三丰"], "") == ["张三丰"]
    assert leaks("Annual report", ["Ann"], "") == []
    assert leaks("your annual ann", ["Ann"], "") == ["ann"]


TESTS = Path(__file__).parents[1]


def test_tables_and_scores_come_along_so_that_it_plays_again(tmp_path: Path) -> None:
    """A school that is chosen from a table of the office, and experts who vote with a score and words."""
    for name in ("tables/school/stories/choice.yaml", "approvals/stories/vote.yaml"):
        made = made_of(in_a_house(read_story(TESTS / name), "loopback", lived))
        folder = tmp_path / Path(name).stem
        for file, content in {**made.files, "story.yaml": made.story.encode()}.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        again = play_one(read_story(folder / "story.yaml"), "loopback")
        assert again.came_out, again.failure
        if "vote" in name:
            assert "80 论证充分" not in made.story
            assert "80 （同事的话，已隐去）" in made.story
        else:
            assert set(made.files) >= {"tables/schools.csv", "tables/regions.csv"}


def test_the_api_gives_the_same_story_to_whoever_may_export_personal_data(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url, tmp_path) as house:
        house.agency()
        house.do(ActivateContract(contract_id=house.contract()))
        house.people["张三"].says("我是张三，电话 13800001234")
        http = TestClient(web(house.banli, loops=False, story_of=story_maker(house.banli)))
        with house.looking() as reader:
            row = reader.find(case)[0]
            same = made_of(past_of(house.banli, reader, row))
        keys = {}
        for role in ("admin", "finance"):
            staff_id = house.staff(f"接口 {role}", role).id
            secret = house.do(IssueApiKey(staff_id=staff_id, name="test"))
            keys[role] = {"Authorization": f"Bearer {secret}"}
        path = f"/api/v1/cases/{row['id']}/story"
        told = http.get(path, headers=keys["admin"])
        assert told.status_code == 200, told.text
        found = told.json()
        assert found["story"] == same.story
        assert found["files"] == [{"name": "visa_jp_tourist-v1.yaml", "content": FLOW.decode()}]
        assert "张三" not in found["story"]
        assert http.get(path, headers=keys["finance"]).status_code == 403
        with house.looking() as reader:
            looks = [
                (each["actor_kind"], each["outcome"]) for each in reader.find(audit, case_id=row["id"], door="api")
            ]
        assert ("staff", "done") in looks


def test_a_story_over_the_api_is_bounded_made_one_at_a_time_and_says_why_not(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(sqlite_url, tmp_path) as house:
        house.agency()
        house.do(ActivateContract(contract_id=house.contract()))
        http = TestClient(web(house.banli, loops=False, story_of=story_maker(house.banli)))
        secret = house.do(IssueApiKey(staff_id=house.staff("接口", "admin").id, name="test"))
        with house.looking() as reader:
            row = reader.find(case)[0]
        mother = house.do(RegisterClient(name="欧阳素兰", phone="13912345678"))
        house.do(SetGuardian(client_id=row["client_id"], person_id=mother, notify=False))
        with house.looking() as reader:
            past = past_of(house.banli, reader, row)
        assert "欧阳素兰" in past.names
        assert "13912345678" in past.personal
        case_id = row["id"]
        asked: list[tuple[int, str]] = []

        def ask(*_: object) -> Any:
            keys = {"Authorization": f"Bearer {secret}", "Accept-Language": "zh-CN"}
            answer = http.get(f"/api/v1/cases/{case_id}/story", headers=keys)
            asked.append((answer.status_code, answer.headers.get("retry-after", "")))
            return answer

        house.people["张三"].says("你好")
        for name in ("MOST_SAID", "MOST_ACTS"):
            with monkeypatch.context() as patched:
                patched.setattr(story_making, name, 0)
                assert "案件太长" in ask().text
        with monkeypatch.context() as patched:

            def meanwhile(past: Past) -> Made:
                ask()  # somebody else, while the first is being made
                raise Broken("in English")

            patched.setattr(story_making, "made_of", meanwhile)
            told = ask().json()["errors"]
            assert [each["code"] for each in told] == ["story.export"]
            assert "English" not in told[0]["message"]
        assert asked == [(409, ""), (409, ""), (503, "10"), (422, "")]
        last = ask()
        assert last.status_code == 200, last.text  # whatever went wrong, the next one is made


def test_what_is_personal_of_guardians_stays_and_choices_is_looked_for() -> None:
    """Before a story is given, it is searched for every such word."""
    told = {"zh-CN": "字段", "en": "Field"}
    choices = [{"key": "fr", "name": told}]
    fields = [
        {"key": "trips", "name": told, "type": "stays", "choices": choices, "pii": "identity"},
        {"key": "tags", "name": told, "type": "multi", "choices": choices, "pii": "identity"},
        {"key": "open", "name": told, "type": "text"},
    ]
    flow = Flow.model_construct(fields=tuple(Field.model_validate(each) for each in fields))
    trips = [{"from": "2026-05-01", "to": "2026-05-07", "place": "fr"}]
    found = in_fields(flow, {"trips": trips, "tags": ["de"], "open": "not personal"})
    assert found == {"fr", "de"}  # the days of stays are moved in the story, and may be real ones again

"""A real case becomes a story that comes out the same, and says nothing of the people it was."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.app import FLOWS, Banli
from bot.cli.story_house import in_a_house, play_one
from bot.cli.story_making import exported, made_of, past_of, story_maker
from bot.story.driver import World
from bot.story.past import Past
from bot.story.reader import read_script, read_story
from bot.story.runner import play
from bot.story.spec import Script
from bot.story.standins import Standins, leaks
from bot.web import web
from core.cases.tables import case
from core.commands.contracts import ActivateContract
from core.commands.people import IssueApiKey
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

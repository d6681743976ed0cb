"""Mission rows about government projects: the review nodes that a company sees, and who is told of them in time."""

from datetime import date

import pytest

from bot.app import FLOWS
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from core.engine.calendar import WorkingCalendar
from core.engine.flow import read_flow
from core.engine.machine import compile_flow

PROJECT = FLOWS / "gov_high_tech"
NODES = ("submit", "first_review", "expert", "finance")


def _comes_out(name: str, url: str) -> str:
    result = play_one(read_story(PROJECT / "stories" / name), "loopback", url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
    return "\n".join(result.transcript)


@pytest.mark.row("PR6")
def test_a_company_sees_the_four_review_nodes_as_its_project_goes_through_them(sqlite_url: str) -> None:
    told = _comes_out("happy_path.yaml", sqlite_url)
    names = [read_flow((PROJECT / "v1.yaml").read_bytes()).stage(key).name["zh-CN"] for key in NODES]
    assert names == ["企业提交", "材料初审", "专家评审", "财务复核"]
    assert [name for name in names if f"现在是“{name}”阶段" not in told] == []


@pytest.mark.row("RU16")
def test_a_late_round_reminds_its_person_and_then_the_supervisor_and_who_stands_above(sqlite_url: str) -> None:
    told = _comes_out("escalation.yaml", sqlite_url)
    assert told.index("时限已过半") < told.index("在专家评审节点已逾期") < told.rindex("在专家评审节点已逾期")


@pytest.mark.row("PR7")
def test_owner_limit_and_reminder_of_each_node_are_what_its_flow_says() -> None:
    compiled = compile_flow(read_flow((PROJECT / "v1.yaml").read_bytes()))
    stages = [compiled.flow.stage(key) for key in NODES]
    assert [stage.owner for stage in stages] == ["copywriter", "copywriter", "reviewer", "finance"]
    assert [str(stage.due) for stage in stages] == ["15d", "3d", "5d", "3d"]
    assert stages[0].remind == (7, 3, 1, 0)
    reminded = {key for rule in compiled.flow.rules if rule.at and "half" in rule.key for key in rule.at.in_stages}
    assert reminded == set(NODES[1:])


@pytest.mark.parametrize(
    "sales,share,short",
    [(4_999_999_999, "0.05", False), (5_000_000_000, "0.0499", True), (5_000_000_001, "0.04", False),
     (20_000_000_000, "0.0399", True), (20_000_000_001, "0.03", False)],
)  # fmt: skip
def test_the_share_of_research_that_is_needed_goes_by_the_size_of_sales(sales: int, share: str, short: bool) -> None:
    compiled = compile_flow(read_flow((PROJECT / "v1.yaml").read_bytes()))
    given = {"sales_last": sales, "sales_3y": 10_000_000, "rd_3y": round(float(share) * 10_000_000)}
    office = WorkingCalendar("Asia/Shanghai", [[(540, 1080)]] * 7, [])
    found = compiled.formulas.work_out(given, 1, office, today=date(2026, 3, 2))
    assert (str(found["rd_margin"]).startswith("-"), found["passed"]) == (short, None)

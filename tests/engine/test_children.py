"""Child cases as the engine knows them: told in a diff, drawn at their stage, asked for by conditions."""

from core.engine.diagram import diagram_of
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.flow import Flow, read_flow
from core.engine.flow_diff import changes
from core.engine.lint_children import children_first
from core.engine.machine import compile_flow
from core.staff.policy import ROLES
from tests.family.flows import ALL, STUDY


def read(source: str) -> Flow:
    return read_flow(source.encode())


def test_a_change_of_a_child_is_told_in_words() -> None:
    after = (
        STUDY.replace("most: 3", "most: 5")
        .replace("name: {zh-CN: 签证, en: Visa}\n    flow", "name: {zh-CN: 留学签证, en: Visa}\n    flow")
        .replace("as: school", "as: place")
        .replace("flow: entry_visa\n    gives: {intake: case.intake}", "flow: entry_visa")
    )
    told = {(each.pointer, each.words["en"], each.words["zh-CN"]) for each in changes(read(STUDY), read(after))}
    assert told == {
        ("/children/0/most", 'Child case "Application": at most 3 is now 5', "子案件“院校申请”的数量上限由 3 改为 5"),
        (
            "/children/0/as",
            'Child case "Application": field that says which school is now place',
            "子案件“院校申请”的标明取值的字段由 school 改为 place",
        ),
        (
            "/children/1/name/zh-CN",
            'Child case "Visa": name (Chinese) "签证" is now "留学签证"',
            "子案件“留学签证”的名称（中文）由“签证”改为“留学签证”",
        ),
        (
            "/children/1/gives",
            'Child case "Visa": fields that are copied intake: case.intake is now none',
            "子案件“留学签证”的带入的字段由 intake：case.intake 改为 无",
        ),
    }


def test_a_child_is_drawn_where_it_is_started() -> None:
    drawn = diagram_of(compile_flow(read(STUDY)), "en", ROLES)
    assert [box.starts for box in drawn.boxes] == ["", "Application", "Visa", ""]
    assert "Starts: Application" in svg(drawn)
    assert "Starts: Visa" in drawn.told()
    assert mermaid(drawn).count("Starts") == 2


def test_the_join_is_a_condition_like_any_other() -> None:
    machine = compile_flow(read(STUDY)).machine
    names = {"children.application.total", "children.application.open", "children.application.outcomes"}
    assert machine.needs("decide") == names
    decided: dict[str, object] = {"children.application.total": 2, "children.application.open": 0}
    offers = {**decided, "children.application.outcomes": ["rejected", "offer"]}
    assert machine.decide("apply", "decide", offers, {"system"}).to == "visa"


def test_flows_are_published_after_those_that_they_start() -> None:
    wrong_way, circle = list(reversed(ALL)), "children: [{key: up, name: {zh-CN: 上, en: Up}, flow: study}]\n"
    assert [read(each).key for each in children_first(wrong_way, read)] == ["school_application", "entry_visa", "study"]
    assert len(children_first([*wrong_way[:1], wrong_way[1] + circle, wrong_way[2]], read)) == 3

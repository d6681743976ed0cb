"""Diagrams of flows: whole, readable, in the language that was asked for, whatever their labels hold."""

import re
from copy import deepcopy
from itertools import combinations
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from core.engine.diagram import Diagram, diagram_of
from core.engine.diagram_lanes import BY_COLUMNS, Layout, lay_out, shortened, wrapped
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.flow import Flow
from core.engine.machine import compile_flow
from core.engine.text import columns
from core.engine.yaml_source import read_yaml
from core.staff.policy import ROLES
from tests.engine.flow_parts import SHIPPED, shipped, shipped_source

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '</text><script>alert("1")</script>',
    "a & b < c > d \" e ' f",
    '"]; click s0 "javascript:alert(1)" %% end',
    "`# 1. **x** _y_` |z| --> s1; #quot; #35; &lt;",
    "مرحبا بكم في المرحلة",
    "שלב \u202eהפוך\u2066 x",
    "end\ngraph TD\r\n\tsubgraph",
    "\ufffe\uffff \ud800 x",
    "x" * 3000,
    "资料" * 500,
)


def drawn(key: str, language: str = "zh-CN") -> Diagram:
    return diagram_of(shipped(key), language, ROLES)


def hostile(label: str) -> Diagram:
    """A flow that ships with this label everywhere."""
    tree: Any = deepcopy(read_yaml(shipped_source("visa_kr_tourist")).data)
    words = {"zh-CN": label, "en": label}
    tree["name"] = words
    for each in tree["stages"]:
        each["name"] = words
    for each in tree["transitions"]:
        each["label"] = words
    del tree["items"][0]["checks"]  # a number that only a parameter gives
    for stage in tree["stages"]:
        stage.pop("due", None)
    return diagram_of(compile_flow(Flow.model_validate(tree)), "en", dict.fromkeys(ROLES, words))


def texts(root: Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def unescaped(text: str) -> str:
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text)


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_both_forms_show_every_stage_every_step_and_who_may_take_it(key: str, language: str) -> None:
    compiled = shipped(key)
    flow, diagram = compiled.flow, diagram_of(compiled, language, ROLES)
    shown, graph = texts(ElementTree.fromstring(svg(diagram))), unescaped(mermaid(diagram))
    for stage in flow.stages:
        assert any(each.startswith(stage.name[language]) for each in shown), stage.key
        assert stage.name[language] in graph
    steps = [(place, each) for place, stage in enumerate(flow.stages) for each in compiled.machine.triggers(stage.key)]
    places = {stage.key: place for place, stage in enumerate(flow.stages)}
    assert graph.count("-->|") == len(steps)
    for place, each in steps:
        assert each.label[language] in shown
        people = [ROLES[role][language] for role in each.by if role in ROLES]
        start, end = f'    s{place} -->|"{each.label[language]}<br/>', f"| s{places[each.to]}"
        line = next(line for line in graph.splitlines() if line.startswith(start) and line.endswith(end))
        assert all(person in line for person in people)
        assert all(any(person in text for text in shown) for person in people)
    assert graph.count(":::final") == sum(stage.final for stage in flow.stages)


def boxes(root: Element) -> list[tuple[float, float, float, float]]:
    found = [each for group in root.iter(f"{SVG}g") if "stage" in group.get("class", "") for each in group]
    names = ("x", "y", "width", "height")
    return [tuple(float(each.get(name, "")) for name in names) for each in found if each.tag == f"{SVG}rect"]  # type: ignore[misc]  # four of them


@pytest.mark.parametrize("key", SHIPPED)
def test_nothing_lies_on_anything_else(key: str) -> None:
    root = ElementTree.fromstring(svg(drawn(key)))
    found = boxes(root)
    assert len(found) == len(shipped(key).flow.stages)
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(found, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay
    layout = lay_out(drawn(key))
    assert_apart(layout)
    assert max(y + height for _, y, _, height in found) < layout.height
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("x", "")) < layout.width
        assert 0 < float(text.get("y", "")) < layout.height


def assert_apart(layout: Layout) -> None:
    """Lanes run beside the boxes, and no two of them on top of each other."""
    for lane in layout.lanes:
        assert 0 < lane.x < layout.left or layout.right < lane.x < layout.width
    for one, other in combinations(layout.lanes, 2):
        if one.x == other.x:
            a, b = (*one.sources, one.entry), (*other.sources, other.entry)
            assert max(a) < min(b) or max(b) < min(a)


@pytest.mark.parametrize("key", SHIPPED)
def test_whoever_cannot_see_it_is_told_all_of_it(key: str) -> None:
    root = ElementTree.fromstring(svg(drawn(key, "en")))
    title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", f"{title.get('id')} {told.get('id')}")
    assert title.text == f"{shipped(key).flow.name['en']} · version 1"
    for each in shipped(key).flow.transitions:
        assert f"{each.label['en']} → " in (told.text or "")


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_a_label_is_never_anything_but_a_label_in_svg(label: str) -> None:
    source = svg(hostile(label))
    source.encode()
    root = ElementTree.fromstring(source)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "text", "g", "polyline", "polygon", "circle"}
    names = {name for each in root.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name or name == "style"]
    assert "url(" not in re.sub(r">[^<]*<", "><", source)
    assert not re.search("[\u202a-\u202e]", source)
    assert all(columns(each) <= BY_COLUMNS + 4 for each in texts(root)[1:])
    assert_apart(lay_out(hostile(label)))


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_a_label_is_never_anything_but_a_label_in_mermaid(label: str) -> None:
    graph = mermaid(hostile(label))
    graph.encode()
    quoted = r'"[^"`<>&|;\[\]]*(?:#\d+;[^"`<>&|;\[\]]*)*<br/>[^"`<>&|;\[\]]*(?:#\d+;[^"`<>&|;\[\]]*)*"'
    line = rf"    s\d+(\[{quoted}\]|\(\[{quoted}\]\):::final| -->\|{quoted}\| s\d+)"
    first, title, begin, *rest, last, end = graph.split("\n")
    assert (first, begin, last, end) == (
        "flowchart TD",
        "    begin(( )) --> s0",
        "    classDef final stroke-width:4px",
        "",
    )
    assert re.fullmatch(r"    accTitle: [^#;{}\"<>&|`]*", title)
    assert [each for each in rest if not re.fullmatch(line, each)] == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", graph)


def test_right_to_left_letters_stay_and_reorder_nothing_beside_them() -> None:
    source = svg(hostile(HOSTILE[4]))
    assert HOSTILE[4] in texts(ElementTree.fromstring(source))
    assert f"→ \u2068{HOSTILE[4]}\u2069" in source


def test_long_words_are_shortened_or_broken() -> None:
    assert shortened("材料收集", 8) == "材料收集"
    assert shortened("材料收集中", 8) == "材料收…"
    assert wrapped("ab, cd, ef", 7) == ("ab, cd,", "ef")
    assert wrapped("材料收集", 4) == ("材料", "收集")

"""Tables of the office, pure: what a file may be like, trees of rows, looking up, and what a flow may say of them."""

from datetime import date
from pathlib import Path

import pytest

from core.engine.calendars.cn_office import CN_OFFICE
from core.engine.choosing import chosen, found, offered
from core.engine.conditions import ConditionSpec, compile_condition
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.engine.lint import lint
from core.engine.machine import compile_flow
from core.engine.office_table import MOST_ROWS, changes_between, filled
from core.engine.office_table_csv import read_table
from core.engine.office_table_row import with_row, without_row
from core.kit.errors import Invalid

TODAY = date(2026, 3, 2)
SCHOOL = Path(__file__).parents[1] / "tables" / "school"
TABLES = {name: read_table((SCHOOL / "tables" / f"{name}.csv").read_bytes()) for name in ("schools", "regions")}
SOURCE = (SCHOOL / "v1.yaml").read_bytes()
HEAD = "key,name.zh-CN,name.en"


def mistakes(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as told:
        read_table(text.encode() if isinstance(text, str) else text)
    assert all(set(each.message) == {"zh-CN", "en"} for each in told.value.problems)
    return [(each.pointer, each.code) for each in told.value.problems]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", [("/1", "table.empty")]),
        (f"{HEAD}\n", [("/1", "table.empty")]),
        ("name.en,x:int\n", [("/1/key", "table.header")]),
        ("key,a:int\n", [("/1/name.zh-CN", "table.header")]),
        (f"{HEAD},When:date,b:float,a:int,a:int\n", [("/1/When:date", "table.header"), ("/1/b:float", "table.header"),
                                                    ("/1/a", "table.twice")]),
        (f"{HEAD},n:int,m:money,b:bool,d:decimal\na,A,A,1.5,1.234,maybe,x\n",
         [("/2/n", "table.value"), ("/2/m", "table.value"), ("/2/b", "table.value"), ("/2/d", "table.value")]),
        (f"{HEAD},parent\na,A,A,b\nb,B,B,a\nc,C,C,d\n",
         [("/2/parent", "table.circle"), ("/3/parent", "table.circle"), ("/4/parent", "table.parent")]),
        (f'{HEAD}\na,"A\nA",A\na,B,B\n', [("/4/key", "table.twice")]),
        (f'{HEAD}\na,"A,A\n', [("/2", "table.csv")]),
        (b"\xff\xff\xff", [("/1", "table.encoding")]),
        (f"{HEAD}\na,\0,A\n", [("/1", "table.encoding")]),
        (f"{HEAD}\n" + "x" * 1024 * 1024, [("/1", "table.size")]),
        (f"{HEAD}\n" + "".join(f"k{n},A,A\n" for n in range(MOST_ROWS + 1)), [(f"/{MOST_ROWS + 2}", "table.rows")]),
    ],
)  # fmt: skip
def test_every_mistake_is_told_at_its_place(text: str | bytes, expected: list[tuple[str, str]]) -> None:
    assert mistakes(text) == expected


def test_the_same_table_in_every_dress() -> None:
    text = "key,name.zh-CN,name.en,parent,fee:money,open:bool\na,甲,A,,12.5,是\nb,乙,,a,,\n"
    plain = read_table(text.encode())
    assert plain.rows["a"].cells == {"fee": 1250, "open": True}
    assert plain.rows["b"].name == {"zh-CN": "乙", "en": "乙"}
    for dress in (
        text.encode("utf-8-sig"),
        text.encode("gb18030"),
        text.replace(",", ";").replace("\n", "\r\n").encode(),
        text.replace(",", "\t").encode(),
    ):
        assert read_table(dress) == plain
    assert plain.path("b") == ("b", "a")
    other = read_table(text.replace("12.5", "13").replace("b,乙", "c,丙").replace("open:bool", "open:text").encode())
    found = changes_between(plain, other)
    assert (found.added, found.removed, found.changed, found.columns) == (("c",), ("b",), ("a",), ("open",))


def test_rows_are_looked_up_and_lie_in_others() -> None:
    compiled = compile_flow(read_flow(SOURCE))
    worked = compiled.formulas.work_out({"school": "zju"}, 1, CN_OFFICE, TABLES, today=TODAY)
    assert worked == {"province": "hz", "deadline": "2026-07-15", "deposit": 210050, "far": False}
    assert compiled.formulas.work_out({"school": "pku"}, 1, CN_OFFICE, TABLES, today=TODAY)["far"] is True
    empty = {"province": None, "deadline": None, "deposit": None, "far": None}
    assert compiled.formulas.work_out({"school": "gone"}, 1, CN_OFFICE, TABLES, today=TODAY) == empty
    assert compiled.formulas.work_out({"school": "zju"}, 1, CN_OFFICE, today=TODAY) == empty
    types = read_flow(SOURCE).fact_types()
    spec = ConditionSpec.model_validate({"all": [{"cel": '"east" in path.regions.home'}]})
    condition = compile_condition(spec, types)
    assert condition.names == {"path.regions.home"}
    assert condition.truth({"path.regions.home": TABLES["regions"].path_of("hz")}) is True


def test_choosing_by_number_name_key_or_a_part_of_the_name() -> None:
    school = filled(read_flow(SOURCE), TABLES).field("school")
    cases = {"zju": "zju", "北京大学": "pku", "2": "zju", "Peking": "pku", "浙江": "浙江", "9": "9", "": ""}
    assert {text: chosen(school, text) for text in cases} == cases
    among = found(school, "浙江")
    assert among == ("zju", "zjut")
    assert chosen(school, "2", among) == "zjut"
    many = school.model_copy(update={"choices": school.choices * 6})
    assert (offered(many), len(offered(many, among))) == ((), 2)


WRONG = {
    "not listed": ("tables: [schools, regions]", "tables: [schools]", "flow.table_not_listed",
                   "/fields/1/choices_from"),
    "unsafe": ("tables: [schools,", "tables: [schools, ../x,", "flow.table_name", "/tables/1"),
    "twice": ("tables: [schools,", "tables: [schools, schools,", "flow.table_twice", "/tables/1"),
    "of a date": ("type: region\n    choices_from", "type: date\n    choices_from", "flow.table_choices",
                  "/fields/1/choices_from"),
    "no column": (", column: deadline}", "}", "formula.form", "/fields/3/compute"),
    "no key": ("key: case.school, column: deadline", "key: case.deposit, column: deadline", "formula.type",
               "/fields/3/compute/key"),
    "within what": ("{field: case.province, op: within", "{field: case.deadline, op: within", "condition.op",
                    "/fields/5/compute/when/none/0/op"),
}  # fmt: skip


@pytest.mark.parametrize("old, new, code, pointer", WRONG.values(), ids=WRONG)
def test_what_a_flow_may_not_say(old: str, new: str, code: str, pointer: str) -> None:
    text = SOURCE.decode()
    assert old in text
    flow = read_flow(text.replace(old, new, 1).encode())
    told = lint(flow, actions={}, roles=flow.roles, texts=(), events=())
    assert (code, pointer) in [(each.code, each.pointer) for each in told]


def test_the_difference_is_told_in_words() -> None:
    text = SOURCE.decode().replace("column: deadline", "column: until").replace("[schools, regions]", "[regions]")
    words = [each.words["zh-CN"] for each in changes(read_flow(SOURCE), read_flow(text.encode()))]
    assert words == [
        "流程的使用的表格由 schools、regions 改为 regions",
        "字段“申请截止日”的算式由 表 schools 中“学校”一行的 deadline 改为 表 schools 中“学校”一行的 until",
    ]


def test_a_row_is_put_in_whatever_its_cells_and_those_of_others_hold() -> None:
    file = b'key,name.en,note:text\na,A,"x\ry"\nb,"B",\n'
    cells = {"name.en": "B", "note": "1\rz,Z,9"}
    written = with_row(file, "b", cells)
    assert {key: row.cells["note"] for key, row in read_table(written).rows.items()} == {"a": "x\ry", "b": "1\rz,Z,9"}
    assert without_row(written, "c") is None
    assert without_row(written, "a") == b'"key","name.en","note:text"\n"b","B","1\rz,Z,9"\n'
    with pytest.raises(Invalid) as refused:
        with_row(file, "b", {"name.en": "B", "note": "x" * 501})
    assert [each.pointer for each in refused.value.problems] == ["/cells/note"]  # though A's cell goes over two lines

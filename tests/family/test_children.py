"""Child cases in the core: opened once each, heard of by their parent, joined by conditions, bounded."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.cases.tables import applicant, case, case_event, case_link, document_file, document_version, item
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.children import HearOfChild, StartChild
from core.commands.command import from_json
from core.commands.contracts import Traveller
from core.commands.documents import AddFile, KeepFile, ReviewDocument
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.events.event import EVENTS
from core.files.tables import file
from core.kit.clock import ManualClock
from core.kit.errors import Invalid, NotFound, NotPossibleNow
from core.ledger.tables import timer
from core.store.sealing import Row
from core.store.store import Unit
from core.views.family import relatives
from core.views.rule_log import rule_runs
from tests.core.small_agency import OK, SmallAgency, open_agency
from tests.core.stores import NOON
from tests.family.flows import ALL, SCHOOL, STUDY, VISA
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def agency(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallAgency]:
    with databases.fresh("sqlite") as url, founded(url, tmp_path_factory.mktemp("family")) as opened:
        yield opened


@contextmanager
def founded(url: str, folder: Path) -> Iterator[SmallAgency]:
    with open_agency(url, folder, ManualClock(NOON)) as opened:
        for source in ALL:
            opened.do(PublishFlow(source=source))
        yield opened


def study(agency: SmallAgency, *schools: str, flow: str = "study") -> int:
    command = OpenCase(
        client_id=agency.client,
        flow=flow,
        travellers=(Traveller(name="小明", kind="student"),),
        team=agency.staff,
        fields={"schools": list(schools), "intake": "2026-09-01"},
    )
    return int(agency.do(command))


def applying(agency: SmallAgency, *schools: str) -> int:
    case_id = study(agency, *schools)
    agency.do(AdvanceCase(case_id=case_id, trigger="begin"), agency.actor("consultant"))
    return case_id


def row_of(agency: SmallAgency, case_id: int) -> Row:
    with agency.banli.reading.open() as reader:
        return reader.find(case, id=case_id)[0]


def children(agency: SmallAgency, case_id: int) -> dict[str, Row]:
    """What it is called, with its value: the case."""
    with agency.banli.reading.open() as reader:
        links = reader.find(case_link, parent_id=case_id)
        found = {}
        for link in links:
            name = "/".join(str(link[part]) for part in ("key", "value") if link[part])
            found[name + ("" if link["n"] == 1 else f"#{link['n']}")] = reader.find(case, id=link["case_id"])[0]
        return found


def step(agency: SmallAgency, child: Row, *triggers: str) -> None:
    for trigger in triggers:
        agency.do(AdvanceCase(case_id=child["id"], trigger=trigger), agency.actor("copywriter"))


def log_of(agency: SmallAgency, case_id: int) -> list[tuple[str, dict[str, object]]]:
    with agency.banli.reading.open() as reader:
        rows = reader.find(case_event, case_event.c.case_id == case_id, order=case_event.c.seq)
    return [(row["type"], row["data"]) for row in rows]


@pytest.mark.row("NC7")
def test_from_two_schools_to_the_visa(agency: SmallAgency) -> None:
    main = applying(agency, "ucl", "leeds")
    there = children(agency, main)
    assert set(there) == {"application/ucl", "application/leeds"}
    ucl, leeds = there["application/ucl"], there["application/leeds"]
    assert ucl["fields"] == {"school": "伦敦大学学院", "intake": "2026-09-01"}
    assert (ucl["client_id"], ucl["state"], ucl["flow"]) == (agency.client, "open", "school_application")
    assert set(ucl["team"]) == {"consultant", "copywriter", "reviewer"}  # the roles that its own flow has
    with agency.banli.reading.open() as reader:
        [person] = reader.find(applicant, case_id=ucl["id"])
    assert (person["name"], person["kind"]) == ("小明", "person")

    step(agency, ucl, "file", "refuse")
    assert row_of(agency, main)["stage"] == "apply"
    with pytest.raises(NotPossibleNow, match="Every school must have decided"):
        agency.do(AdvanceCase(case_id=main, trigger="decide"), agency.actor("consultant"))
    step(agency, leeds, "file", "offer")  # the join: all have decided, one of them with an offer
    assert row_of(agency, main)["stage"] == "visa"
    visa = children(agency, main)["visa"]
    assert visa["fields"] == {"intake": "2026-09-01"}
    told = [(name, data.get("value"), data.get("stage"), data.get("outcome")) for name, data in log_of(agency, main)
            if name.startswith("Child")]  # fmt: skip
    assert told == [
        ("ChildOpened", "ucl", None, None),
        ("ChildOpened", "leeds", None, None),
        ("ChildMoved", "ucl", "filed", None),
        ("ChildMoved", "ucl", "decided", None),
        ("ChildClosed", "ucl", None, "rejected"),
        ("ChildMoved", "leeds", "filed", None),
        ("ChildMoved", "leeds", "decided", None),
        ("ChildClosed", "leeds", None, "offer"),
        ("ChildOpened", "", None, None),
    ]
    assert all(EVENTS[name].shown for name, *_ in told)


def test_what_is_there_is_not_opened_again_and_a_further_value_gets_its_own(agency: SmallAgency) -> None:
    main, adviser = applying(agency, "ucl"), agency.actor("consultant")
    first = children(agency, main)["application/ucl"]["id"]
    start = StartChild(case_id=main, child="application", value="ucl")
    assert agency.do(start, adviser) == agency.do(start, adviser) == [first]
    agency.do(SetFields(case_id=main, fields={"schools": ["ucl", "york"]}), adviser)
    assert set(children(agency, main)) == {"application/ucl", "application/york"}
    agency.do(SetFields(case_id=main, fields={"schools": ["york"]}), adviser)  # a child whose value is gone stays
    assert row_of(agency, first)["state"] == "open"
    agency.do(SetFields(case_id=main, fields={"schools": ["york", "ucl"]}), adviser)
    assert len(children(agency, main)) == 2
    with agency.banli.reading.open() as reader:
        last = rule_runs(reader, main, 1, rule="one_more")[0]
    assert [(each.came, each.reasons[0]["en"][:16]) for each in last.acts] == [("nothing", "every child case")]


def test_one_more_by_hand_when_the_earlier_one_is_closed(agency: SmallAgency) -> None:
    main, adviser = applying(agency, "ucl"), agency.actor("consultant")
    again = StartChild(case_id=main, child="application", value="ucl", again=True)
    with pytest.raises(NotPossibleNow, match="still open"):
        agency.do(again, adviser)
    step(agency, children(agency, main)["application/ucl"], "file", "refuse")
    agency.do(again, adviser)
    assert {name: row["state"] for name, row in children(agency, main).items()} == {
        "application/ucl": "closed",
        "application/ucl#2": "open",
    }
    agency.do(SetFields(case_id=main, fields={"schools": ["ucl", "york"]}), adviser)
    agency.do(SetFields(case_id=main, fields={"schools": ["ucl", "york", "leeds"]}), adviser)
    with pytest.raises(NotPossibleNow, match="at most 3"):  # three are there: ucl twice, york once
        agency.do(StartChild(case_id=main, child="application", value="leeds"), adviser)
    assert len(children(agency, main)) == 3


def test_a_long_list_is_opened_some_at_a_time(agency: SmallAgency) -> None:
    names = [f"school_{n}" for n in range(12)]
    choices = "".join(f"      - {{key: {name}, name: {{zh-CN: {name}, en: {name}}}}}\n" for name in names)
    many = STUDY.replace("version: 1", "version: 2", 1).replace("      - {key: ucl", choices + "      - {key: ucl", 1)
    agency.do(PublishFlow(source=many.replace("most: 3", "most: 12", 1)))
    main = applying(agency, *names)
    assert list(children(agency, main)) == [f"application/{name}" for name in names[:5]]
    for expected in (10, 12):
        [row] = waiting(agency, main)
        agency.do(from_json(row["command"]), door="timer")
        agency.banli.store.run(lambda uow, row=row: uow.change(timer, row["id"], state="fired"))  # type: ignore[misc]
        assert len(children(agency, main)) == expected
    assert waiting(agency, main) == []


def waiting(agency: SmallAgency, case_id: int) -> list[Row]:
    with agency.banli.reading.open() as reader:
        return reader.find(timer, timer.c.key.startswith("children:"), case_id=case_id, state="waiting")


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ({"child": "nothing"}, Invalid),
        ({"child": "application", "value": "york"}, Invalid),
        ({"child": "visa", "value": "ucl"}, Invalid),
    ],
)
def test_what_cannot_be_started(agency: SmallAgency, command: dict[str, str], refusal: type[Exception]) -> None:
    main = study(agency, "ucl")
    with pytest.raises(refusal):
        agency.do(StartChild.model_validate({"case_id": main, **command}), agency.actor("consultant"))
    assert children(agency, main) == {}


def test_nobody_tells_of_what_is_no_child_of_the_case(agency: SmallAgency) -> None:
    main, other = study(agency, "ucl"), study(agency)
    with pytest.raises(NotFound):
        agency.do(HearOfChild(case_id=main, child_id=other, what="closed"))
    agency.do(AdvanceCase(case_id=main, trigger="begin"), agency.actor("consultant"))
    agency.do(AdvanceCase(case_id=main, trigger="close"), agency.actor("consultant"))
    with pytest.raises(NotPossibleNow):
        agency.do(StartChild(case_id=main, child="visa"), agency.actor("consultant"))
    assert row_of(agency, children(agency, main)["application/ucl"]["id"])["state"] == "open"  # it goes its own way


def test_flows_that_start_each_other_without_end_stop(agency: SmallAgency) -> None:
    endless = SCHOOL.replace("key: school_application", "key: endless", 1) + (
        "children: [{key: more, name: {zh-CN: 再来, en: More}, flow: endless}]\n"
        "rules:\n"
        "  - key: more\n"
        "    name: {zh-CN: 再来, en: More}\n"
        "    on: CaseOpened\n"
        "    then: [{action: start_child, args: {child: more}}]\n"
    )
    agency.do(PublishFlow(source=endless))
    people, depth = (Traveller(name="小明", kind="person"),), 0
    case_id = agency.do(OpenCase(client_id=agency.client, flow="endless", travellers=people, team=agency.staff))
    while below := children(agency, case_id):
        [child] = below.values()
        case_id, depth = child["id"], depth + 1
    assert depth == 4
    with agency.banli.reading.open() as reader:
        [run] = rule_runs(reader, case_id, 5, rule="more")
    [did] = run.acts
    assert (did.came, did.reasons[0]["en"][:23]) == ("refused", "child cases go 4 deep a")


def test_a_child_takes_what_its_parent_holds_approved(agency: SmallAgency) -> None:
    passport = (
        "items:\n  - key: passport\n    name: {zh-CN: 护照, en: Passport}\n"
        "    requirement: {zh-CN: 任意文件, en: Any file}\n    max_files: 2\nrules:\n"
    )
    agency.do(PublishFlow(source=STUDY.replace("version: 1", "version: 3", 1).replace("rules:\n", passport, 1)))
    twice = VISA.replace("version: 1", "version: 2", 1).replace("    reuse: true", "    reuse: true\n    max_files: 2")
    agency.do(PublishFlow(source=twice))
    main, adviser = study(agency), agency.actor("consultant")
    [paper] = items(agency, main)
    version = agency.banli.store.run(lambda uow: agency.hand_in(uow, paper["id"], "front"))
    agency.do(AddFile(version_id=version, file_id=agency.do(kept(agency, "back"))))
    early = agency.do(StartChild(case_id=main, child="visa"), adviser)[0]
    assert [each["status"] for each in items(agency, early)] == ["todo"]  # nobody has looked at the parent's yet
    agency.do(ReviewDocument(version_id=version, decision="approved"), agency.actor("reviewer"))
    step(agency, row_of(agency, early), "close")
    late = agency.do(StartChild(case_id=main, child="visa", again=True), adviser)[0]
    [taken] = items(agency, late)
    assert taken["status"] == "submitted"
    with agency.banli.reading.open() as reader:
        [its] = reader.find(document_version, case_id=late)
        [page] = reader.find(document_file, case_id=late)
        [first, second] = [reader.find(file, id=each)[0]["sha256"] for each in (its["file_id"], page["file_id"])]
    assert (first, second) == tuple(hashlib.sha256(each.encode()).hexdigest() for each in ("front", "back"))


def items(agency: SmallAgency, case_id: int) -> list[Row]:
    with agency.banli.reading.open() as reader:
        return reader.find(item, case_id=case_id)


def kept(agency: SmallAgency, content: str) -> KeepFile:
    digest = hashlib.sha256(content.encode()).hexdigest()
    about = {"name": "b.pdf", "media_type": "application/pdf", "size": 10, "handle": content}
    return KeepFile.model_validate({**about, "sha256": digest, "client_id": agency.client, "inspection": OK.to_json()})


def test_a_flow_is_published_only_beside_what_it_starts(agency: SmallAgency) -> None:
    broken = (
        STUDY.replace("version: 1", "version: 4", 1)
        .replace("flow: entry_visa", "flow: no_such_flow")
        .replace("as: school", "as: nothing")
        .replace("gives: {intake: case.intake}", "gives: {intake: case.schools}", 1)
        .replace("    kinds: {student: person}\n", "", 1)
    )
    with pytest.raises(Invalid) as caught:
        agency.do(PublishFlow(source=broken))
    assert {(each.pointer, each.code) for each in caught.value.problems} == {
        ("/children/0/as", "flow.unknown_field"),
        ("/children/0/gives/intake", "flow.child_type"),
        ("/children/0", "flow.unknown_type"),
        ("/children/1/flow", "flow.unknown_flow"),
    }


def test_children_that_end_at_once_are_all_counted(database: str, tmp_path: Path) -> None:
    with founded(database, tmp_path) as agency:
        _all_at_once(agency)


def _all_at_once(agency: SmallAgency) -> None:
    main = applying(agency, "ucl", "leeds", "york")
    there = list(children(agency, main).values())
    for child in there:
        step(agency, child, "file")
    writer = agency.actor("copywriter")
    deeds = [AdvanceCase(case_id=child["id"], trigger="offer") for child in there]
    units = [Unit(lambda uow, deed=deed: agency.execute(uow, deed, writer)) for deed in deeds]  # type: ignore[misc]
    for future in [agency.banli.store.submit(unit) for unit in units]:
        future.result(20)
    assert row_of(agency, main)["stage"] == "visa"
    assert [name for name, _ in log_of(agency, main)].count("ChildClosed") == 3


def test_children_for_rows_of_a_table_are_called_as_the_table_calls_them(agency: SmallAgency) -> None:
    table = "key,name.zh-CN,name.en\nucl,伦敦大学学院,UCL\n".encode()
    agency.do(ImportTable.of("schools", table, "2026-03-01", "test"))
    a, b = STUDY.index("    choices:\n"), STUDY.index("  - {key: intake")
    source = STUDY[:a] + "    choices_from: schools\n" + STUDY[b:]
    source = source.replace("key: study\n", "key: study_by_table\ntables: [schools]\n", 1)
    agency.do(PublishFlow(source=source))
    opened = study(agency, "ucl", flow="study_by_table")
    agency.do(AdvanceCase(case_id=opened, trigger="begin"), agency.actor("consultant"))
    child = children(agency, opened)["application/ucl"]
    assert child["fields"]["school"] == "伦敦大学学院"
    catalogue, tables = agency.banli.catalogue, agency.banli.bus.wiring.tools["tables"]
    with agency.banli.reading.open() as reader:
        [seen] = relatives(reader, catalogue, tables, row_of(agency, opened))
    assert seen.called("en") == "Application · UCL"

"""What is asked for follows where the case is, and nothing else is planned or worked out anew for that."""

from pathlib import Path

from core.cases.tables import item
from core.commands.cases import AdvanceCase, SetFields
from core.commands.work import PublishFlow
from core.kit.clock import ManualClock
from core.ledger.tables import audit, timer
from tests.core.small_agency import FLOW, open_agency
from tests.core.stores import NOON

FLIES = "fields:\n  - {key: flies, name: {zh-CN: 起飞, en: Flies}, type: date, source: staff}\n"
PAPER = "    required_when: {all: [{field: case.stage, op: eq, value: prepare}]}\n  - key: ticket\n"
RULE = """rules:
  - key: flight
    name: {zh-CN: 起飞前, en: Before the flight}
    at: {anchor: case.flies, offset: -1cd}
    then: [{action: notify_client, args: {message: remind}}]
"""


def test_a_new_place_asks_for_its_papers_and_leaves_the_plans_alone(sqlite_url: str, tmp_path: Path) -> None:
    source = FLOW.read_text("utf-8").replace("version: 1", "version: 2", 1).replace("fields:\n", FLIES, 1)
    source = source.replace("  - key: ticket\n", PAPER, 1).replace("rules:\n", RULE, 1)
    with open_agency(sqlite_url, tmp_path, ManualClock(NOON)) as agency:
        store = agency.banli.store
        agency.do(PublishFlow(source=source))
        case_id = int(store.run(agency.case))
        agency.do(SetFields(case_id=case_id, fields={"flies": "2026-12-01"}))

        def asked() -> bool:
            return bool(store.run(lambda uow: uow.first(item, case_id=case_id, key="paper"))["required"])

        before = store.run(lambda uow: len(uow.find(audit)))
        assert not asked()
        agency.do(AdvanceCase(case_id=case_id, trigger="complete"), agency.actor("copywriter"))
        assert asked()
        did = [row["command"] for row in store.run(lambda uow: uow.find(audit, order=audit.c.id))][before:]
        assert did.count("FollowPlace") == 1
        assert "LookUpAgain" not in did
        plans = store.run(lambda uow: uow.find(timer, case_id=case_id, scope="rule:flight"))
        assert [each["state"] for each in plans] == ["waiting"]
        agency.do(AdvanceCase(case_id=case_id, trigger="back"), agency.actor("consultant"))
        assert not asked()

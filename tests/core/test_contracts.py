"""A contract that was drafted under an older version of its flow takes effect under the newest one, or says why not."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.cases.tables import case
from core.commands.contracts import ActivateContract, DraftContract, FieldValue, Traveller
from core.commands.work import PublishFlow
from core.contracts.tables import contract
from core.kit.clock import ManualClock
from core.kit.errors import Invalid
from core.tasks.tables import task
from tests.core.small_agency import FLOW, SmallAgency, open_agency
from tests.core.stores import NOON

NEXT = FLOW.read_text("utf-8").replace("version: 1\n", "version: 2\n", 1)


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path) -> Iterator[SmallAgency]:
    with open_agency(sqlite_url, tmp_path, ManualClock(NOON)) as there:
        yield there


def drafted(agency: SmallAgency, kind: str, **fields: FieldValue) -> int:
    draft = DraftContract(
        client_id=agency.client,
        number="C-1",
        flow="small_matter",
        package="A",
        amount=100,
        signed_on=date(2026, 3, 2),
        travellers=(Traveller(name="李四", kind=kind),),
        team=agency.staff,
        fields=fields,
    )
    return int(agency.do(draft))


def test_a_field_that_the_flow_does_not_take_any_more_stays_in_the_contract(agency: SmallAgency) -> None:
    contract_id = drafted(agency, "grown_up", travels_far=True)
    agency.do(PublishFlow(source=NEXT.replace("travels_far", "goes_far")))
    agency.do(ActivateContract(contract_id=contract_id))
    with agency.banli.reading.open() as reader:
        [opened] = reader.find(case)
        [written] = reader.find(contract)
        [to_do] = reader.find(task, task.c.key.is_(None), case_id=opened["id"])
    assert (opened["fields"], opened["contract_id"]) == ({}, contract_id)
    assert (written["fields"], written["case_id"]) == ({"travels_far": True}, opened["id"])
    assert to_do["role"] == next(iter(agency.staff))
    assert all("travels_far" in words for words in to_do["title"].values())


def test_a_type_of_applicant_that_is_gone_keeps_the_contract_a_draft(agency: SmallAgency) -> None:
    contract_id = drafted(agency, "child")
    agency.do(PublishFlow(source=NEXT.replace("key: child", "key: minor").replace("value: child", "value: minor")))
    with pytest.raises(Invalid) as refused:
        agency.do(ActivateContract(contract_id=contract_id))
    assert [each.pointer for each in refused.value.problems] == ["/travellers/0/kind"]
    with agency.banli.reading.open() as reader:
        [written] = reader.find(contract)
        assert (written["status"], reader.find(case)) == ("draft", [])

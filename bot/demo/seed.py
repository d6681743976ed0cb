"""Fills an empty database with the demo agency: flows, staff, one client, one contract that waits to take effect."""

from datetime import date
from functools import partial
from pathlib import Path

from bot.demo.people import ACCOUNT, CLIENT, FLOW, STAFF
from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.contracts import DraftContract, Traveller
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.engine.flow import read_flow
from core.engine.lint_children import children_first
from core.engine.office_table_csv import read_table
from core.kit.ids import new_id
from core.staff.tables import staff
from core.store.store import Store
from core.store.unit import UnitOfWork

CHANNEL = "webchat"
SAMPLE = "sample rows that come with Banli"


def publish_flows(store: Store, bus: Bus, folder: Path) -> list[str]:
    """Publish the newest version of every flow in the folder, after the tables beside it and the flows that it starts;
    one that starts a flow which is not here is left out. What is published already stays. Returns their keys."""

    def do(command: Command) -> None:
        store.run(partial(bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))

    for path in sorted(folder.glob("*/tables/*.csv")):
        content = path.read_bytes()
        do(ImportTable.of(path.stem, content, _looked_up(content), SAMPLE))
    sources = {path.parent.name: path.read_text("utf-8") for path in sorted(folder.glob("*/v*.yaml"))}
    flows = children_first([(read_flow(each.encode()), each) for each in sources.values()], lambda each: each[0])
    published: list[str] = []
    for flow, source in flows:
        if {child.flow for child in flow.children} - {flow.key} <= set(published):
            do(PublishFlow(source=source))
            published.append(flow.key)
    return sorted(published)


def _looked_up(content: bytes) -> date:
    """The newest day in the column `as_of` of a table that ships."""
    rows = read_table(content).rows.values()
    return max(date.fromisoformat(str(row.cells["as_of"])) for row in rows)


def seed(store: Store, bus: Bus, flows: Path) -> bool:
    """Returns whether there was anything to do: a database with staff in it is left alone."""
    if store.run(lambda uow: uow.first(staff) is not None):
        return False
    publish_flows(store, bus, flows)
    store.run(lambda uow: _people(uow, bus))
    return True


def new_case(uow: UnitOfWork, bus: Bus, client_id: int, team: dict[str, int], number: str) -> int:
    """A contract whose activation opens a case. Returns the contract's id."""
    draft = DraftContract(
        client_id=client_id,
        flow=FLOW,
        number=number,
        package="日本旅游签证标准套餐 / Standard",
        amount=128_000,
        signed_on=uow.now.date(),
        travellers=(Traveller(name=CLIENT.name, kind="retired"),),
        team=team,
        fields={
            "residence_province": "shanghai",
            "hukou_province": "shanghai",
            "entry_type": "single",
            "has_old_passport": False,
            "refused_before": False,
            "own_itinerary": False,
        },
    )
    contract_id: int = bus.execute(uow, draft, Cause(SYSTEM, "cli", new_id()))
    return contract_id


def _people(uow: UnitOfWork, bus: Bus) -> None:
    def do(command: Command) -> int:
        done: int = bus.execute(uow, command, Cause(SYSTEM, "cli", new_id()))
        return done

    department = do(AddDepartment(name="签证部 / Visa"))
    team: dict[str, int] = {}
    for seat in STAFF:
        staff_id = do(AddStaff(name=seat.name, roles=seat.roles, department_id=department))
        do(BindStaffIdentity(staff_id=staff_id, channel=CHANNEL, account=ACCOUNT, external_id=seat.visitor))
        team |= dict.fromkeys(seat.roles, staff_id)
    client_id = do(RegisterClient(name=CLIENT.name, phone="13800000000", email="client@example.com", source="website"))
    do(BindClientIdentity(client_id=client_id, channel=CHANNEL, account=ACCOUNT, external_id=CLIENT.visitor))
    do(RecordPaperConsent(client_id=client_id, signed_on=uow.now.date()))
    new_case(uow, bus, client_id, team, f"HT-{uow.now.year}-0001")

"""Two departments with staff, three clients with cases, one who left, one whom nobody knows: who sees whose things?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from bot.app import FLOWS
from bot.demo.seed import publish_flows
from core.cases import tables as cases
from core.catalog.tables import flow_draft
from core.channel.inbound import ButtonPress
from core.clients.tables import client, client_identity
from core.commands.cases import OpenCase
from core.commands.command import Command, to_json
from core.commands.contracts import DraftContract, FieldValue, Traveller
from core.commands.people import IssueApiKey
from core.commands.work import CreateTask
from core.contracts.tables import contract
from core.conversations.tables import conversation, handoff
from core.files.tables import file
from core.ledger.buttons import Offer, mint
from core.ledger.tables import audit, button, errand, timer
from core.staff.sessions import open_session
from core.staff.tables import (
    api_key,
    credential,
    delegation,
    department,
    role,
    role_grant,
    role_mask,
    session,
    staff,
    staff_identity,
    wrong_sign_in,
)
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.surveys.tables import survey
from core.tasks.tables import task
from tests.bot.chat import picture
from tests.house import Person, TestHouse

DETAILS: dict[str, FieldValue] = {
    "residence_province": "shanghai",
    "hukou_province": "shanghai",
    "refused_before": False,
}
ROLES = ("sales", "consultant", "copywriter", "reviewer", "service", "supervisor")
BUSINESS: tuple[Table, ...] = (
    cases.case, cases.applicant, cases.item, cases.document_version, cases.case_event, cases.stage_span,
    client, client_identity, contract, file, flow_draft, timer, department, staff, staff_identity, survey, task,
    delegation, api_key, credential, session, wrong_sign_in, role, role_grant, role_mask,
)  # fmt: skip
NAMES = {"a1": "甲一玛珂", "a2": "邻座客户", "b1": "他处客户"}


@dataclass
class World:
    """`a1` is whose things are reached for; `owner` works on his case; the others have no business with it."""

    house: TestHouse
    clients: dict[str, Person] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    owner: Person = None  # type: ignore[assignment]  # set by build_world
    foreign: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    number: str = ""
    markers: tuple[str, ...] = ()

    def state(self) -> dict[str, list[Row]]:
        """Everything that a command may change, and which buttons are still open."""
        with self.house.looking() as reader:
            found = {each.name: reader.find(each) for each in BUSINESS}
            found["button"] = [{"id": row["id"], "state": row["state"]} for row in reader.find(button)]
        return found

    def audits(self) -> list[Row]:
        with self.house.looking() as reader:
            return reader.find(audit)

    def heard(self, who: Iterable[Person]) -> dict[str, list[str]]:
        """What each was told since the last time, labels of buttons included."""
        return {each.chat: each.new() for each in {person.chat: person for person in who}.values()}

    def button_for(self, person: Person, command: Command) -> str:
        """A button with this command, made for this person, as if he were entitled."""

        def work(uow: UnitOfWork) -> str:
            waiting = Offer(command=to_json(command), label={"zh-CN": "按", "en": "Press"}, keeps=True)
            kind = "staff" if person.kind == "staff" else "client"
            return mint(uow, [waiting], card=f"test:{person.id}", for_kind=kind, for_id=person.id, case_id=None)[0]

        return str(self.house.banli.store.run(work))

    def all_press(self, presses: list[tuple[Person, str]]) -> None:
        """Many presses at once, in one go of the loops."""
        self.house.quiet = False
        for person, token in presses:
            self.house.arrives(person, ButtonPress(address=person.address, sender=person.chat, token=token))
        self.house.quiet = True
        self.house.rest()


def build_world(house: TestHouse) -> World:
    publish_flows(house.banli.store, house.banli.bus, FLOWS)
    world = World(house)
    first, second = house.department("签证一部"), house.department("签证二部")
    world.owner = house.staff("办理人", *ROLES, department=first)
    other = house.staff("他部门", *ROLES, department=second)
    gone = house.staff("已离职", *ROLES, department=first)
    for name, department_staff in (("a1", world.owner), ("a2", world.owner), ("b1", other)):
        _client_with_case(world, name, department_staff)
    world.foreign = {
        "client of the same department": world.clients["a2"],
        "client of another department": world.clients["b1"],
        "staff of another department": other,
        "staff who left": gone,
        "stranger": Person(house, 0, "chat-nobody", "client"),
    }
    _fill(world)
    house.banli.store.run(lambda uow: uow.change(staff, gone.id, active=False))
    world.heard([*world.foreign.values(), world.owner, world.clients["a1"]])
    return world


def _client_with_case(world: World, name: str, member: Person) -> None:
    house = world.house
    person = house.client(NAMES[name], phone=f"1390000{len(world.clients):04}")
    world.clients[name] = person
    traveller = Traveller(name=NAMES[name], kind="retired")
    team = dict.fromkeys(ROLES, member.id)
    open_it = OpenCase(client_id=person.id, flow="visa_jp_tourist", travellers=(traveller,), team=team, fields=DETAILS)
    world.cases[name] = int(house.do(open_it))


def _fill(world: World) -> None:
    """A document, a task, a contract and words of a1, whose ids the others will reach for."""
    house, a1, case_id = world.house, world.clients["a1"], world.cases["a1"]
    a1.sends("机密玛珂.jpg", picture(), "退休证")
    house.do(CreateTask(case_id=case_id, role="copywriter", title={"zh-CN": "事项玛珂", "en": "task marker"}))
    draft = DraftContract(
        client_id=a1.id, flow="visa_jp_tourist", number="HT-玛珂", package="套餐玛珂", amount=7,
        team={"sales": world.owner.id}, signed_on=house.clock.now().date(),
        travellers=(Traveller(name="旅客玛珂", kind="retired"),),
    )  # fmt: skip
    world.ids = {"case": case_id, "client": a1.id, "contract": int(house.do(draft)), "staff": world.owner.id}
    with house.looking() as reader:
        version = reader.find(cases.document_version, cases.document_version.c.case_id == case_id)[0]
        open_items = reader.find(cases.item, cases.item.c.case_id == case_id, cases.item.c.key == "passport")
        world.ids |= {"version": version["id"], "item": open_items[0]["id"], "file": version["file_id"]}
        world.ids["task"] = reader.find(task, task.c.case_id == case_id)[-1]["id"]
        world.ids["errand"] = reader.find(errand)[0]["id"]
        chat = reader.first(conversation, conversation.c.client_id == a1.id)
        row = reader.peek(cases.case, case_id)
    assert chat is not None
    assert row is not None
    world.ids["conversation"] = chat["id"]
    world.ids["handoff"] = _handoff(world, chat)
    house.do(IssueApiKey(staff_id=world.owner.id, name="x"))
    house.banli.store.run(lambda uow: open_session(uow, world.owner.id))
    with house.looking() as reader:
        for table in (api_key, session, department):
            world.ids[table.name] = reader.find(table)[0]["id"]
        world.ids["staff_identity"] = reader.find(staff_identity, staff_id=world.owner.id)[0]["id"]
    made = {"staff_id": world.owner.id, "delegate_id": world.owner.id, "made_by": world.owner.id}
    over = {"starts": house.clock.now(), "ends": house.clock.now(), "made_at": house.clock.now()}
    world.ids["delegation"] = house.banli.store.run(lambda uow: uow.add(delegation, **made, **over))["id"]
    moment = house.clock.now()
    kept: dict[str, Any] = {"flow": "", "source": b"", "made_at": moment, "made_by": 0}
    kept |= {"changed_at": moment, "changed_by": 0}
    world.ids["draft"] = house.banli.store.run(lambda uow: uow.add(flow_draft, **kept))["id"]
    world.ids["entry"] = world.ids["errand"]
    world.number = row["number"]
    world.markers = ("玛珂", "marker", "13900000000")


def _handoff(world: World, chat: dict[str, Any]) -> int:
    """A call that waits, without the silence that a real one would bring over the chat."""
    about = {"conversation_id": chat["id"], "case_id": world.ids["case"], "client_id": chat["client_id"]}
    moment = world.house.clock.now()
    row = world.house.banli.store.run(
        lambda uow: uow.add(handoff, **about, reason="word", called=[], asked_at=moment, active_at=moment)
    )
    return int(row["id"])

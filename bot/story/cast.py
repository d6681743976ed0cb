"""Brings the people of a story into an empty house, and the contract that it begins with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogs.form import read_value
from bot.story.driver import World
from bot.story.spec import Contract, Person, Script
from bot.story.tables import bring_tables
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.contents import MOST_TOPIC, PublishContent, WriteContent
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit
from core.commands.desk import TagClient
from core.commands.identity import RecordPaperConsent, SetGuardian
from core.commands.office import SetCalendar
from core.commands.people import (
    AddDepartment,
    AddStaff,
    BindClientIdentity,
    BindStaffIdentity,
    RegisterClient,
)
from core.commands.promotion import SetPromotion
from core.commands.work import PublishFlow
from core.engine.calendars.known import CALENDARS
from core.engine.choosing import chosen
from core.engine.flow import Flow
from core.engine.lint_children import children_first
from core.engine.lint_contents import contents_of
from core.engine.office_table import filled
from core.engine.office_table_csv import read_table
from core.engine.text import LANGUAGES
from core.kit.ids import new_id


@dataclass(slots=True)
class Cast:
    """Ids of what was made. `clients` and `staff`: person's key -> id."""

    flow: Flow
    clients: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)
    contract: int | None = None


async def bring_in(script: Script, world: World) -> Cast:
    """1. The departments that the flows name, empty, then the flows. 2. Everybody gets a file and opens his chat."""
    tables = {name: read_table(content) for name, content in script.tables.items()}
    cast = Cast(filled(script.flow, tables))
    rules = [rule for flow in script.flows for rule in flow.rules]
    calls = [call.args for rule in rules for call in rule.then if call.action == "assign"]
    for name in dict.fromkeys(args["department"] for args in calls if args.get("department")):
        do(world, AddDepartment(name=name))
    bring_tables(dict(script.tables), world)
    for name, hours in script.calendars.items():
        do(world, SetCalendar.model_validate({**hours, "name": name, "new": name not in CALENDARS}))
    _write(script, world)
    beside = children_first(script.also, lambda each: each[1])
    for source, _ in beside:
        do(world, PublishFlow(source=source.decode("utf-8")))
    do(world, PublishFlow(source=script.source.decode("utf-8")))
    for template in script.story.services:
        do(world, template.model_copy(update={"new": True}))
    department = do(world, AddDepartment(name="一部 / Team one"))
    for key, person in script.story.people.items():
        _bind(script, world, cast, key, person, department)
        await world.driver.enter(key)
        await world.agency.work_until_quiet()
    for key, person in script.story.people.items():
        if person.follows is not None:
            followed, who = cast.clients[person.follows], cast.clients[key]
            do(world, SetGuardian(client_id=followed, person_id=who, notify=person.hears))
    return cast


def _write(script: Script, world: World) -> None:
    """Contents that the story brings; and unpublished those that flows name besides: it publishes what it is about."""
    numbers: Counter[str] = Counter()
    for said in script.story.contents:
        numbers[said.key] += 1
        do(world, WriteContent(**said.model_dump(exclude={"published"})))
        if said.published:
            do(world, PublishContent(key=said.key, number=numbers[said.key]))
    for name in sorted(frozenset[str]().union(*(contents_of(flow) for flow in script.flows)) - numbers.keys()):
        words = dict.fromkeys(LANGUAGES, name)
        do(world, WriteContent(key=name, title=words, text=words, topics=(name[:MOST_TOPIC],)))


async def sign(script: Script, world: World, cast: Cast) -> None:
    """Draft the story's contract; an active one has its deposit and is in effect."""
    wanted = script.story.contract
    if wanted is None:
        return
    cast.contract = int(do(world, _draft(script, world, cast, wanted)))
    if wanted.state == "active":
        do(world, RecordDeposit(contract_id=cast.contract))
        do(world, ActivateContract(contract_id=cast.contract))
    await world.agency.work_until_quiet()


def do(world: World, command: Command) -> Any:
    """As the system, over the API. Raises Refusal."""
    agency = world.agency
    return agency.store.run(lambda uow: agency.bus.execute(uow, command, Cause(SYSTEM, "api", new_id())))


def read_fields(flow: Flow, given: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """Words of the story as the fields' types want them; several choices as a list too."""
    return {
        name: [chosen(flow.field(name), each) for each in words]
        if isinstance(words, list)
        else read_value(flow.field(name), words)
        for name, words in given.items()
    }


def _bind(script: Script, world: World, cast: Cast, key: str, person: Person, department: int) -> None:
    driver, language = world.driver, person.language or script.story.language
    where = {"channel": driver.channel, "account": driver.account, "external_id": driver.external_id(key)}
    if person.kind == "staff":
        member = AddStaff(name=person.name, roles=person.roles, department_id=department, language=language)
        cast.staff[key] = do(world, member)
        do(world, BindStaffIdentity(staff_id=cast.staff[key], **where))
    elif person.kind == "client":
        file = RegisterClient(name=person.name, phone=person.phone, email=person.email, language=language)
        cast.clients[key] = do(world, file)
        if not person.invited:
            do(world, BindClientIdentity(client_id=cast.clients[key], **where))
        if person.consent and not person.invited:
            do(world, RecordPaperConsent(client_id=cast.clients[key], signed_on=world.clock.now().date()))
        for tag in person.tags:
            do(world, TagClient(client_id=cast.clients[key], tag=tag))
        if not person.promotion:
            do(world, SetPromotion(client_id=cast.clients[key], wanted=False))


def _draft(script: Script, world: World, cast: Cast, wanted: Contract) -> DraftContract:
    team = {
        role: cast.staff[key]
        for role in cast.flow.roles
        for key in [wanted.team.get(role) or _holder(script, role)]
        if key is not None
    }
    return DraftContract(
        client_id=cast.clients[wanted.client or next(iter(cast.clients))],
        flow=cast.flow.key,
        number=wanted.number,
        package=wanted.package,
        amount=wanted.amount,
        signed_on=world.clock.now().date(),
        travellers=wanted.travellers,
        team=team,
        fields=read_fields(cast.flow, wanted.fields),
    )


def _holder(script: Script, role: str) -> str | None:
    """The first person who has the role."""
    return next((key for key, person in script.story.people.items() if role in person.roles), None)

"""What people of a story do: they speak, send, press, and act over the API; and time passes."""

import re
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from bot.story.cast import read_fields
from bot.story.memory import Memory, NotSo
from bot.story.moments import local, zone_calendar
from bot.story.recipes import RECIPES, Wanted
from bot.story.spec import Press, SentFile, SentKind, Step
from bot.story.verbs import OFFICE
from core.bus.deed import SYSTEM, Cause
from core.cases.checklist import items_of
from core.cases.tables import applicant
from core.commands.command import COMMANDS, Command
from core.commands.tables import ImportTable
from core.engine.access import Actor
from core.engine.calendar import Span
from core.engine.flow import Flow
from core.kit.ids import new_id
from core.ledger import timers
from core.staff.service import actor_of
from core.store.reading import Reader
from core.store.sealing import Row

_CODE = re.compile(r"code=([A-Z2-9]{8})")
PAUSE = timedelta(seconds=20)  # before somebody sends a file


async def act(step: Step, memory: Memory) -> None:
    """Do it and let the house come to rest. Raises NotSo for what is not possible."""
    match step.verb, step.arg:
        case "says", str(text):
            await memory.world.driver.say(step.who, text)
        case "says the code of", str(other):
            await memory.world.driver.say(step.who, _code(other, memory))
        case "sends", SentKind(kind=kind):
            await memory.world.driver.send_kind(step.who, kind)
        case "sends", SentFile() as sent:
            await _send(step.who, [sent], memory)
        case "sends", list(files):
            await _send(step.who, files, memory)
        case "sends", str(recipe):
            await _send(step.who, [SentFile(file=recipe)], memory)
        case "presses", Press() as press:
            await _press(step.who, press, memory)
        case "presses", str(label):
            await _press(step.who, Press(button=label), memory)
        case "does", dict() as doings:
            for name, every in doings.items():
                for args in every:
                    _do(step.who, name, args, memory)
        case "clock", str(moment):
            await _move(local(moment, memory), memory)
        case "later", str(span):
            await _move(zone_calendar(memory).add(memory.world.clock.now(), Span.parse(span)), memory)
    await memory.world.agency.work_until_quiet()


async def _send(who: str, files: list[SentFile], memory: Memory) -> None:
    """Some seconds after whatever was before, so that the house does not take it for one more of the files before;
    the files of one step come at once."""
    await _move(memory.world.clock.now() + PAUSE, memory)
    album = str(new_id()) if len(files) > 1 else ""
    for sent in files:
        recipe = RECIPES[sent.file]
        data = recipe.make(Wanted(sent.text, sent.pages, sent.variant))
        name = sent.name or recipe.name
        await memory.world.driver.upload(who, name, recipe.media_type, data, sent.caption, album)


def _code(other: str, memory: Memory) -> str:
    """The newest invitation that this person was shown. Raises NotSo."""
    for shown in reversed(memory.chats[other].shown):
        found = _CODE.search(shown.text)
        if found is not None:
            return found[1]
    raise NotSo(f"an invitation code in the chat of {other}", [shown.text for shown in memory.chats[other].shown[-2:]])


async def _press(who: str, press: Press, memory: Memory) -> None:
    """The newest button with this label."""
    chat = memory.chats[press.of or who]
    for shown in reversed(chat.shown):
        for button in shown.buttons:
            if not press.old and button.label == press.button and press.on in shown.text:
                await memory.world.driver.press(who, button.token, shown.id)
                return
    now = {button.token for shown in chat.shown for button in shown.buttons}
    for token, (label, message, words) in reversed(chat.once.items()):
        if press.old and token not in now and label == press.button and press.on in words:
            await memory.world.driver.press(who, token, message)
            return
    there = [button.label for shown in chat.shown for button in shown.buttons]
    kind = "a button that was shown once" if press.old else "a button"
    card = f" on a card with “{press.on}”" if press.on else ""
    raise NotSo(f"{kind} “{press.button}”{card}", [f"buttons: {', '.join(there)}"] if there else [])


def _do(who: str, name: str, args: dict[str, Any], memory: Memory) -> None:
    """A command over the API. A refusal is an outcome, which the next step may expect."""
    agency = memory.world.agency
    with agency.reading.open() as reader:
        actor = SYSTEM if who == OFFICE else _actor(who, memory, reader)
        command = _command(name, args, memory, reader)
    cause = Cause(actor, "api", new_id())
    agency.store.run(lambda uow: agency.bus.attempt(uow, command, cause))


def _actor(who: str, memory: Memory, reader: Reader) -> Actor:
    if who in memory.cast.staff:
        found = actor_of(reader, memory.cast.staff[who])
        if found is not None:
            return found
    return Actor(kind="client", id=memory.cast.clients.get(who, 0))


def _command(name: str, args: dict[str, Any], memory: Memory, reader: Reader) -> Command:
    """What the story leaves out is the story's own: its case, its contract. `item` stands for the item's row, and
    for its newest version where the command wants one."""
    kind, given, row = COMMANDS[name], dict(args), memory.case(reader)
    fields = kind.model_fields
    for word in ("client", "person", "staff"):  # people of the story by their keys
        if word in given and f"{word}_id" in fields:
            known = memory.cast.staff if word == "staff" else memory.cast.clients
            given[f"{word}_id"] = known.get(given.pop(word), 0)
    if "fields" in given:
        given["fields"] = read_fields(_flow_of(row, memory, reader), given["fields"])
    if kind is ImportTable and "csv" in given:  # as it stands in the story
        given["content"] = b64encode(given.pop("csv").encode()).decode()
    if "item" in given and "item" not in fields and row is not None:
        found = find_item(given.pop("item"), row, reader)
        given["version_id" if "version_id" in fields else "item_id"] = (
            found["current_id"] if "version_id" in fields else found["id"]
        )
    if "case_id" in fields and row is not None:
        given.setdefault("case_id", row["id"])
    if "contract_id" in fields:
        given.setdefault("contract_id", memory.cast.contract)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise NotSo(f"the command {name} with arguments that fit", [told]) from error


def _flow_of(row: Row | None, memory: Memory, reader: Reader) -> Flow:
    """Of the case that the step is about."""
    if row is None:
        return memory.cast.flow
    return memory.world.agency.catalogue.compiled(reader, row["flow_version_id"]).flow


def find_item(key: str, row: Row, reader: Reader) -> Row:
    """`passport` or `passport/李四`. Raises NotSo."""
    name, _, whose = key.partition("/")
    people = {each["id"]: each["name"] for each in reader.find(applicant, case_id=row["id"])}
    for each in items_of(reader, row["id"]):
        if each["key"] == name and (not whose or people.get(each["applicant_id"]) == whose):
            return each
    raise NotSo(f"an item {key}")


async def _move(target: datetime, memory: Memory) -> None:
    """Time passes as it would: every timer that is due on the way fires at its own hour."""
    world = memory.world
    if target < world.clock.now():
        raise NotSo(f"a moment after {world.clock.now():%Y-%m-%d %H:%M} UTC", ["the clock does not run backwards"])
    while True:
        with world.agency.reading.open() as reader:
            due = timers.next_due(reader)
        if due is None or due > target:
            break
        world.clock.move_to(max(due, world.clock.now()))
        await world.agency.work_until_quiet()
    world.clock.move_to(target)

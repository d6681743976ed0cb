"""What a story names must be there: people, roles, fields, items, stages, recipes, commands, events."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from bot.story.recipes import RECIPES
from bot.story.spec import MAIN, CaseIs, Contract, EventIs, Press, SentFile, Step, Story, TaskIs
from core.commands.command import COMMANDS
from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_known import MOST, nearest
from core.events.event import EVENTS
from core.kit.errors import Problem
from core.staff.policy import ROLES


def problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, code, {"zh-CN": zh, "en": en})


def mistakes_of(story: Story, steps: Iterable[Step], flows: Sequence[Flow]) -> Iterator[Problem]:
    """`flows`: the story's own, then those of further cases: a step may be about a case of any of them."""
    for key, person in story.people.items():
        for role in person.roles:
            yield from _known(join("/people", key, "roles"), "role", role, ROLES)
        if person.follows is not None:
            clients = [each for each, other in story.people.items() if other.kind == "client" and each != key]
            yield from _known(join("/people", key, "follows"), "client", person.follows, clients)
    if story.contract is not None:
        yield from _contract(story, story.contract, flows[0])
    for step in steps:
        yield from _step(step, join("/steps", step.number - 1), story, flows)


def _contract(story: Story, contract: Contract, flow: Flow) -> Iterator[Problem]:
    clients = [key for key, person in story.people.items() if person.kind == "client"]
    staff = [key for key, person in story.people.items() if person.kind == "staff"]
    if contract.client is not None or not clients:
        yield from _known("/contract/client", "client", contract.client or "", clients)
    kinds = [each.key for each in flow.applicant_types]
    for number, traveller in enumerate(contract.travellers):
        yield from _known(join("/contract/travellers", number, "kind"), "applicant type", traveller.kind, kinds)
    for name, value in contract.fields.items():
        yield from _field(join("/contract/fields", name), name, value, [flow])
    for role, who in contract.team.items():
        yield from _known(join("/contract/team", role), "role", role, flow.roles)
        yield from _known(join("/contract/team", role), "member of staff", who, staff)


def _step(step: Step, pointer: str, story: Story, flows: Sequence[Flow]) -> Iterator[Problem]:
    match step.verb, step.arg:
        case "sends", str(recipe):
            yield from _known(pointer, "recipe", recipe, RECIPES)
        case "sends", list(files):
            for sent in files:
                yield from _known(pointer, "recipe", sent.file, RECIPES)
        case "sends", SentFile(file=recipe):
            yield from _known(pointer, "recipe", recipe, RECIPES)
        case "says the code of", str(who):
            yield from _known(pointer, "person", who, story.people)
        case "presses", Press(of=str(who)):
            yield from _known(pointer, "person", who, story.people)
        case "does", dict() as doings:
            for name, every in doings.items():
                yield from _known(pointer, "command", name, COMMANDS)
                for args in every:
                    yield from _deed(pointer, args, flows)
        case "items", dict() as wanted:
            for key in wanted:
                yield from _known(
                    pointer, "item", key.partition("/")[0], [each.key for flow in flows for each in flow.items]
                )
        case "case", CaseIs() as wanted:
            yield from _case(pointer, wanted, flows)
        case "about", str(called) if called != MAIN:
            keys = [child.key for flow in flows for child in flow.children]
            yield from _known(pointer, "child case", called.partition("/")[0], [*keys, MAIN])
        case "tasks", list() as tasks:
            yield from _tasks(pointer, tasks, story)
        case "events", list() as events:
            yield from _events(pointer, events)


def _deed(pointer: str, args: dict[str, Any], flows: Sequence[Flow]) -> Iterator[Problem]:
    if isinstance(args.get("item"), str):
        yield from _known(
            pointer, "item", args["item"].partition("/")[0], [each.key for flow in flows for each in flow.items]
        )
    if isinstance(args.get("fields"), dict):
        for name, value in args["fields"].items():
            yield from _field(pointer, name, value, flows)


def _field(pointer: str, name: str, value: object, flows: Sequence[Flow]) -> Iterator[Problem]:
    """Its value is words; of several choices a list of them too."""
    yield from _known(pointer, "field", name, [each.key for flow in flows for each in flow.fields])
    several = any(each.key == name and each.type == "multi" for flow in flows for each in flow.fields)
    words = several and isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not words and not isinstance(value, str):
        zh, en = f"字段 {name} 的值应为文字", f"the value of the field {name} is a text"
        more = ("；可多选的字段也可以写成列表", "; of a multi field a list of texts too")
        yield problem(pointer, "story.field_value", zh + more[0], en + more[1])


def _case(pointer: str, wanted: CaseIs, flows: Sequence[Flow]) -> Iterator[Problem]:
    if wanted.stage is not None:
        yield from _known(pointer, "stage", wanted.stage, [each.key for flow in flows for each in flow.stages])
    if wanted.substate is not None and wanted.substate != "":
        known = [choice.key for flow in flows for stage in flow.stages for choice in stage.substates]
        yield from _known(pointer, "substate", wanted.substate, known)


def _tasks(pointer: str, tasks: Sequence[TaskIs], story: Story) -> Iterator[Problem]:
    for task in tasks:
        if task.role is not None:
            yield from _known(pointer, "role", task.role, ROLES)
        if task.who is not None:
            yield from _known(pointer, "person", task.who, story.people)


def _events(pointer: str, events: Sequence[EventIs]) -> Iterator[Problem]:
    for event in events:
        yield from _known(pointer, "event", event.name, EVENTS)


def _known(pointer: str, what: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name not in known:
        listed = ", ".join(nearest(name, sorted(known))) or "none"
        zh, en = ("相近的有", "nearest") if len(known) > MOST else ("可用", "known")
        yield problem(
            pointer, "story.unknown", f"未知的 {what}“{name}”，{zh}：{listed}", f'no {what} "{name}"; {en}: {listed}'
        )

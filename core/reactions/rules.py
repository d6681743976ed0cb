"""The flow's own rules: on an event or at a moment, if the condition holds, the actions become commands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.actions.registry import commands_of
from core.actions.situation import Situation
from core.bus.deed import Deed, Outcome
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.command import Command
from core.engine.conditions import Verdict
from core.engine.facts import event_facts
from core.engine.flow import Rule
from core.engine.ladder import LEAD
from core.engine.machine import CompiledFlow
from core.engine.sayings import in_both, refusal_words
from core.engine.spec_rules import ActionCall
from core.engine.text import Words
from core.events.children import ChildOpened
from core.events.contents import ContentNotSent
from core.events.event import Event
from core.events.gag import NoticeHeld
from core.events.happened import NotReachable, RoleAssigned
from core.events.hooks import WebhookAsked
from core.events.rules import Did, RuleDue, RuleRan
from core.events.sharing import RoleKept, RoleUnfilled
from core.reactions import fuse
from core.reactions.leads import admins_above, leads_above
from core.reactions.saying import said_now
from core.store.sealing import Row

MOST_REASONS = 10  # sentences of one run that are kept ...
MOST_OF_REASON = 300  # ... and characters of each


def people_first(event: Event, deed: Deed) -> Iterator[Command]:
    """Rules that do nothing but find people for roles: before anything else follows from the event, so that work is
    handed to whoever is found and not to somebody who held the place."""
    yield from _on(event, deed, finds_people=True)


def on_event(event: Event, deed: Deed) -> Iterator[Command]:
    """Every other rule of the case's flow that waits for this kind of event, in the order in which the flow names
    them."""
    yield from _on(event, deed, finds_people=False)


def _on(event: Event, deed: Deed, *, finds_people: bool) -> Iterator[Command]:
    if event.case_id is None:
        return
    row = deed.uow.get(case, event.case_id)
    compiled = compiled_of(deed, row)
    for rule in compiled.rules_on.get(type(event).__name__, ()):
        if all(call.action == "assign" for call in rule.then) is not finds_people:
            continue
        yield from _run(rule, f"{rule.key}:{row['id']}:{row['version']}", row, compiled, event, deed)


def at_moment(event: RuleDue, deed: Deed) -> Iterator[Command]:
    """A planned rule's hour has come and its anchor still says so."""
    row = deed.uow.get(case, event.case_id or 0)
    compiled = compiled_of(deed, row)
    rule = compiled.flow.rule(event.rule)
    yield from _run(rule, f"{rule.key}:{row['id']}:{event.anchor}", row, compiled, event, deed)


def _run(rule: Rule, run: str, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Iterator[Command]:
    """Look whether it acts, act, and note both: what came of each action is known once the bus has carried it out."""
    verdict = _holds(rule, row, compiled, event, deed)
    stopped = fuse.stops(row["id"], rule.key, deed) if verdict.ok else ""
    reasons = (fuse.sentence(stopped, deed),) if stopped else verdict.unmet[:MOST_REASONS]
    acts = verdict.ok and not stopped
    did: list[Did] = []
    if acts:
        yield from _act(rule, run, row, event, deed, did)
    deed.emit(
        RuleRan(
            case_id=row["id"],
            rule=rule.key,
            acted=acts,
            set_off=type(event).__name__,
            stopped=stopped,
            reasons=tuple(_short(words) for words in reasons),
            did=tuple(did),
        )
    )


def _act(rule: Rule, run: str, row: Row, event: Event, deed: Deed, did: list[Did]) -> Iterator[Command]:
    """The actions in order; `did` gets what came of each."""
    named = {call.args["role"] for call in rule.then if isinstance(call.args.get("role"), str)}
    roles = named & set(deed.wiring.policy.roles)
    for position, call in enumerate(rule.then):  # what one action has changed counts for the next: an assign
        staff = {role: person for role in roles if (person := who(deed.uow, row["id"], role)) is not None}
        leads = _leads(deed.uow.get(case, row["id"]), deed) if LEAD in named - roles else ()
        situation = Situation(
            row["id"],
            row["client_id"],
            f"{run}:{position}",
            staff,
            rule=rule.key,
            set_off=type(event).__name__,
            content_id=getattr(event, "content_id", 0),
            leads=leads,
        )
        came = []
        for command in commands_of(call.action, _args(call, row["id"], deed), situation):
            yield command
            came.append(deed.came)
        did.append(_did(call.action, came, deed))


def _args(call: ActionCall, case_id: int, deed: Deed) -> Mapping[str, Any]:
    """As the flow has them; a title says what the fields hold as the action is done."""
    title = call.args.get("title")
    return {**call.args, "title": said_now(title, case_id, deed)} if isinstance(title, Mapping) else call.args


def _leads(row: Row, deed: Deed) -> tuple[int, ...]:
    """Who stands above the people of the case: the nearest supervisors who are not among them, else the admins; where
    there is nobody else, the supervisors or admins who are among them: a call for a lead never vanishes."""
    team, subject = set(row["team"].values()), deed.wiring.subjects["case"](deed.uow, row["id"])
    if subject is None:
        return ()
    for but in (team, ()):
        if found := leads_above(subject, but, deed) or admins_above(subject, but, deed):
            return found
    return ()


def _did(action: str, came: Sequence[Outcome], deed: Deed) -> Did:
    """The first "no" of an action's commands; else whether anything was done at all."""
    sayings = deed.tool("sayings")
    if not came:
        return Did(action=action, came="nothing", reasons=(in_both(sayings, "rules.nobody"),))
    for refusal in (each.refusal for each in came if each.refusal is not None):
        words = tuple(_short(each) for each in refusal_words(sayings, refusal)[:MOST_REASONS])
        return Did(action=action, came="refused", code=refusal.code, reasons=words)
    events = [event for each in came for event in each.events]
    if action == "create_task" and not events:
        return Did(action=action, came="nothing", reasons=(in_both(sayings, "rules.task_there"),))
    for event in events:
        if isinstance(event, RoleKept | RoleUnfilled):
            return Did(action=action, came="nothing", reasons=(_short(event.why),))
        if isinstance(event, NoticeHeld):
            return Did(action=action, came="held", reasons=(_short(event.why),))
        if isinstance(event, ContentNotSent):
            return Did(action=action, came=event.came, reasons=(_short(event.why),))
        if isinstance(event, WebhookAsked):
            return Did(action=action, came="asked", sent=event.outbox_id)
        if isinstance(event, RoleAssigned) and event.why:
            return Did(action=action, came="done", reasons=(_short(event.why),))
    if action == "start_child" and not any(isinstance(event, ChildOpened) for event in events):
        return Did(action=action, came="nothing", reasons=(in_both(sayings, "rules.no_new_child"),))
    if any(isinstance(event, NotReachable) for event in events):
        return Did(action=action, came="unreachable", reasons=(in_both(sayings, "rules.unreachable"),))
    return Did(action=action, came="done")


def _short(words: Words) -> Words:
    return {language: sentence[:MOST_OF_REASON] for language, sentence in words.items()}


def _holds(rule: Rule, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Verdict:
    condition = compiled.required.get(("rule", rule.key))
    if condition is None:
        return Verdict(True)
    facts = deed.facts(row, {name for name in condition.names if not name.startswith("event.")})
    said = event_facts(event.model_dump(mode="json"))
    return condition.check(facts | {name: value for name, value in said.items() if name in condition.names})

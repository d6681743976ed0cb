"""`banli case rules` and `banli case rearm`: why the rules of a case did or did not act."""

from typing import Annotated, Any, Literal

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.counter import counter
from bot.cli.serving import looking
from bot.cli.terminal import AsJson, out, tell_json
from core.commands.cases import RearmRule
from core.engine.flow import Flow
from core.engine.text import Words, pick
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.case_view import case_by_number
from core.views.hook_calls import with_calls
from core.views.rule_log import Planned, Run, ended_rules, planned_rules, rule_runs, stopped_rules

PAGE = 50

Number = Annotated[str, typer.Argument(help="The number of the case, such as V-2026-0001.")]


def rules(
    number: Number,
    rule: Annotated[str | None, typer.Option(help="Only this rule (its key).")] = None,
    lang: Annotated[Literal["zh-CN", "en"], typer.Option(help="Language of names and sentences.")] = "en",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many runs.")] = PAGE,
    json: AsJson = False,
) -> None:
    """What the rules of a case did and why, newest first; what is planned, what its fuse has stopped, what an
    event has ended."""
    with looking(settings_or_exit()) as (banli, reader):
        row = found(reader, number)
        flow = banli.catalogue.compiled(reader, row["flow_version_id"]).flow
        planned = planned_rules(reader, flow, banli.house.calendars.of(reader, flow.calendar), row)
        runs = with_calls(reader, rule_runs(reader, row["id"], limit, rule=rule), banli.house.texts)
        told = _told(reader, flow, row["id"], planned, runs, rule, lang)
    if json:
        tell_json(told)
        return
    for each in told["planned"]:
        out.print(f"{each['due']:%Y-%m-%d %H:%M} UTC  planned  {each['name']} ({each['rule']})", markup=False)
    for each in told["stopped"]:
        out.print(f"stopped since {each['since']:%Y-%m-%d %H:%M} UTC  {each['name']} ({each['rule']})", markup=False)
    for each in told["ended"]:
        since, name = f"{each['at']:%Y-%m-%d %H:%M} UTC", f"{each['name']} ({each['rule']})"
        out.print(f"ended at {since} by {each['by']}  {name}", markup=False)
    for each in told["runs"]:
        _print(each)


def rearm(number: Number, rule: Annotated[str, typer.Argument(help="The rule's key.")], json: AsJson = False) -> None:
    """Let a rule act for a case again that its fuse has stopped. On SQLite no process may be running."""
    with counter() as desk:
        with desk.banli.reading.open() as reader:
            case_id = found(reader, number)["id"]
        desk.do(RearmRule(case_id=case_id, rule=rule))
    if json:
        tell_json({"number": number, "rule": rule, "rearmed": True})
        return
    out.print(f"{rule} may act for {number} again.", markup=False)


def found(reader: Reader, number: str) -> Row:
    """The case of this number. Raises NotFound."""
    row = case_by_number(reader, number)
    if row is None:
        raise NotFound(f"There is no case {number}.")
    return row


def _told(
    reader: Reader, flow: Flow, case_id: int, waits: list[Planned], runs: list[Run], rule: str | None, lang: str
) -> dict[str, Any]:
    def name(key: str) -> str:
        return pick(flow.rule_name(key), lang)

    planned = [each for each in waits if rule in (None, each.rule)]
    stopped = [each for each in stopped_rules(reader, case_id) if rule in (None, each[0])]
    ended = [each for each in ended_rules(reader, case_id) if rule in (None, each.rule)]
    return {
        "planned": [{"rule": each.rule, "name": name(each.rule), "due": each.due} for each in planned],
        "stopped": [{"rule": key, "name": name(key), "since": since} for key, since in stopped],
        "ended": [{"rule": each.rule, "name": name(each.rule), "at": each.since, "by": each.by} for each in ended],
        "runs": [_run(each, name(each.rule), lang) for each in runs],
    }


def _run(run: Run, name: str, lang: str) -> dict[str, Any]:
    def said(reasons: tuple[Words, ...]) -> list[str]:
        return [pick(words, lang) for words in reasons]

    return {
        "seq": run.seq,
        "at": run.at,
        "rule": run.rule,
        "name": name,
        "set_off": run.set_off or None,
        "acted": run.acted,
        "stopped": run.stopped or None,
        "reasons": said(run.reasons),
        "actions": [
            {"action": each.action, "came": each.came, "code": each.code or None, "reasons": said(each.reasons)}
            for each in run.acts
        ],
    }


def _print(run: dict[str, Any]) -> None:
    did = "acted" if run["acted"] else "did not act"
    after = f", after {run['set_off']}" if run["set_off"] else ""
    why = f": {'; '.join(run['reasons'])}" if run["reasons"] else ""
    out.print(f"{run['at']:%Y-%m-%d %H:%M} UTC  {did}  {run['name']} ({run['rule']}){after}{why}", markup=False)
    for each in run["actions"]:
        why = f": {'; '.join(each['reasons'])}" if each["reasons"] else ""
        out.print(f"    {each['action']} {each['came']}{why}", markup=False)

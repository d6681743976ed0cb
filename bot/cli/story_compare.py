"""`banli story run … --flow DRAFT`: what a draft would say otherwise in a library of stories."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NoReturn

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.flow_files import examined, never_two, problems_json, tell_problems
from bot.cli.flow_simulate import draft_source, newest_in
from bot.cli.names import house_names
from bot.cli.problems import WRONG, WrongInput
from bot.cli.serving import looking
from bot.cli.story_house import in_a_house
from bot.cli.terminal import err, out, progress, tell_json
from bot.story.differing import Compared, Outcome, compared, under
from bot.story.reader import read_story
from bot.story.replay import Played, replay
from bot.story.spec import Script
from core.engine.flow import Flow
from core.engine.lint import Examined
from core.engine.text import LANGUAGES, Words
from core.kit.errors import Invalid

DIFFERS: Final = 2  # exit code, as of `banli flow simulate`
_FLOW_FILE: Final = re.compile(r"(.+-)?v\d+\.yaml")
_UNCHANGED: Final[frozenset[Outcome]] = frozenset({"same", "other_flow"})
_COUNTED: Final[dict[Outcome, Words]] = {
    "same": {"zh-CN": "相同", "en": "the same"},
    "different": {"zh-CN": "有不同回答", "en": "answered differently"},
    "unfit": {"zh-CN": "不再适用", "en": "do not fit any more"},
    "other_flow": {"zh-CN": "属于其他流程，未比较", "en": "of another flow, not compared"},
    "broken": {"zh-CN": "按自己的流程也无法进行", "en": "cannot be played with their own flow"},
}


def stories_in(sources: Sequence[Path]) -> list[Path]:
    """The files themselves, and of a folder every story below it. Raises WrongInput for a folder without any."""
    found: list[Path] = []
    for source in sources:
        below = [source]
        if source.is_dir():
            below = sorted(each for each in source.rglob("*.yaml") if not _FLOW_FILE.fullmatch(each.name))
        if not below:
            raise WrongInput(f"{source}: there is no story below it; stories are .yaml files.")
        found += below
    return list(dict.fromkeys(found))


def compare(sources: Sequence[Path], draft: str, channel: str, *, as_json: bool) -> None:
    """Play every story with its own flow and with the draft, tell what differs, and end with 0, 2 or 1."""
    with never_two():
        named, source = _draft(draft)
        found = examined(source, house_names("a story is played in a house of its own"))
        flow = found.flow
        if flow is None:
            _refuse(named, found, as_json=as_json)
        paths = stories_in(sources)
        results = [_one(path, source, flow, channel) for path in progress(paths, "Playing", len(paths))]
    outcomes: Counter[Outcome] = Counter(each.outcome for each in results)
    if as_json:
        tell_json(
            {
                "draft": named,
                "problems": [],
                "counts": dict(outcomes.items()),
                "stories": [_as_json(e) for e in results],
            }
        )
    else:
        for each in results:
            _tell(each)
        _sum_up(named, flow, outcomes, len(results))
    if outcomes["other_flow"] == len(results):
        err.print(f"None of the stories is of {flow.key}: nothing was compared.", markup=False)
        raise typer.Exit(WRONG)
    if outcomes["broken"]:
        raise typer.Exit(WRONG)
    if outcomes.keys() - _UNCHANGED:
        raise typer.Exit(DIFFERS)


def _draft(draft: str) -> tuple[str, bytes]:
    """Name and source: of a file, of the newest version in a folder, or of a draft in the agency's database, which is
    read and nothing more. Raises NotFound, OSError, WrongInput."""
    path = Path(draft)
    if draft.isdecimal() and not path.exists():
        with looking(settings_or_exit()) as (_, reader):
            return f"draft {draft}", draft_source(reader, draft)
    newest = newest_in(path)
    if len(newest) > 1:
        raise WrongInput(
            f"{draft}: there are several flows below it. Name the one that the stories are to be run with."
        )
    return str(newest[0]), newest[0].read_bytes()


def _one(path: Path, source: bytes, flow: Flow, channel: str) -> Compared:
    try:
        script = read_story(path)
    except Invalid as invalid:
        return Compared(str(path), "broken", problems=tuple(invalid.problems))
    if script.flow.key != flow.key:
        return Compared(str(path), "other_flow")
    other, mistakes = under(script, source, flow)
    if mistakes:
        return Compared(str(path), "unfit", problems=tuple(mistakes))
    own = _played(script, channel)
    return compared(script, own, Played() if own.stuck is not None else _played(other, channel))


def _played(script: Script, channel: str) -> Played:
    return in_a_house(script, channel, replay)


def _refuse(named: str, found: Examined, *, as_json: bool) -> NoReturn:
    if as_json:
        tell_json({"draft": named, "problems": problems_json(found), "counts": {}, "stories": []})
    else:
        out.print(f"{named}: {len(found.problems)} problem(s), nothing was played", markup=False)
        tell_problems(found)
    raise typer.Exit(WRONG)


def _as_json(each: Compared) -> dict[str, Any]:
    problems = [{"pointer": one.pointer, "code": one.code, **one.message} for one in each.problems]
    return {**asdict(each), "problems": problems}


def _tell(each: Compared) -> None:
    words = " / ".join(_COUNTED[each.outcome][language] for language in reversed(LANGUAGES))
    out.print(f"{each.path}: {words}", markup=False)
    at = -1
    for one in each.differs:
        if one.step != at:
            out.print(
                f"  step {one.step} (line {one.line}): {one.title}" if one.step else f"  {one.title}", markup=False
            )
            at = one.step
        out.print(f"    {one.who or 'the command'}", markup=False)
        for line in one.words():
            out.print(f"      {line}", markup=False)
    for problem in each.problems:
        out.print(f"  {problem.pointer or '/'} [{problem.code}]", markup=False)
        for language in reversed(LANGUAGES):
            out.print(f"      {problem.message[language]}", markup=False)
    for line in each.stuck.splitlines():
        out.print(f"  {line}", markup=False)


def _sum_up(named: str, flow: Flow, outcomes: Counter[Outcome], many: int) -> None:
    for language, told in (("en", "stories run with"), ("zh-CN", "个剧本，对照")):
        counted = ", ".join(f"{outcomes[key]} {words[language]}" for key, words in _COUNTED.items() if outcomes[key])
        out.print(f"{many} {told} {named} ({flow.key} v{flow.version}): {counted}.", markup=False)

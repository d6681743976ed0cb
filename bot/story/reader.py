"""Reads a story: every mistake at once, each with its place, before anything is played."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from errno import ENOENT
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from bot.story.calendars import calendars_of
from bot.story.meaning import mistakes_of, problem
from bot.story.spec import Script, Step, Story
from bot.story.tables import tables_of
from bot.story.verbs import OFFICE, PERSON, WORLD, split
from core.engine.calendar import Span
from core.engine.flow import Flow, read_flow
from core.engine.pointer import join
from core.engine.spec_problems import problems_of
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid, Problem

_STORY = TypeAdapter(Story)
_PERSON = re.compile(r"[a-z][a-z0-9_]{0,30}")
_BRIEF = 100  # characters of a step in its title
MOMENT = "%Y-%m-%d %H:%M"


def read_story(path: Path) -> Script:
    """Raises Invalid with every problem; a file or flow that is not there is one of them."""
    try:
        content = path.read_bytes()
    except OSError as error:
        _stop("", "story.file", f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
    return read_script(str(path), content, lambda named: (path.parent / named).read_bytes())


def story_problems(name: str, content: bytes, flow_name: str, flow: bytes) -> list[Problem]:
    """What is wrong with a story that came together with its flow; tables and calendars of the office are not looked
    for beside it: whoever took it over has them."""

    def flow_of(named: str) -> bytes:
        if named != flow_name:
            raise FileNotFoundError(ENOENT, f"only {flow_name} is here")
        return flow

    try:
        read_script(name, content, flow_of, office=False)
    except Invalid as invalid:
        return list(invalid.problems)
    return []


def read_script(name: str, content: bytes, flow_of: Callable[[str], bytes], *, office: bool = True) -> Script:
    """`flow_of` gives the flow's source, and with `office` its tables and calendars, by the name that the story has for
    it, or raises OSError. Raises Invalid."""
    document = read_yaml(content)
    problems = list(document.problems)
    try:
        story = _STORY.validate_python(document.data)
    except ValidationError as error:
        raise Invalid(problems=[*problems, *problems_of(error, document.data, schema=_STORY.core_schema)]) from error
    source, flow = _flow(flow_of, story.flow, "/flow", problems)
    also = [_flow(flow_of, named, join("/also", n), problems) for n, named in enumerate(story.also)]
    problems += _people(story)
    steps = tuple(_steps(story, document.lines, problems))
    if flow is not None:
        problems += mistakes_of(story, steps, (flow, *(other for _, other in also if other is not None)))
    brought = tables_of(flow, story, flow_of, problems) if office and flow is not None else {}
    calendars = calendars_of(flow, story, flow_of, problems) if office and flow is not None else {}
    if problems or flow is None:
        raise Invalid(problems=problems)
    beside = tuple((source, other) for source, other in also if other is not None)
    return Script(name, story, source, flow, steps, brought, beside, calendars)


def _flow(
    flow_of: Callable[[str], bytes], named: str, pointer: str, problems: list[Problem]
) -> tuple[bytes, Flow | None]:
    try:
        source = flow_of(named)
    except OSError as error:
        words = f"无法读取流程文件：{error.strerror}", f"the flow cannot be read: {error.strerror}"
        problems.append(problem(pointer, "story.flow", *words))
        return b"", None
    try:
        return source, read_flow(source)
    except Invalid as invalid:
        count = len(invalid.problems)
        words = (
            f"流程文件有 {count} 个问题，请先用 banli flow validate 检查",
            f"the flow has {count} problem(s) of its own",
        )
        problems.append(problem(pointer, "story.flow", *words))
        return source, None


def _people(story: Story) -> Iterator[Problem]:
    if not _is_moment(story.clock):
        yield _bad_moment("/clock")
    for key in story.people:
        if not _PERSON.fullmatch(key) or key == OFFICE or key in WORLD:
            zh, en = (
                "人物的键为小写字母、数字和 _",
                "a person's key has a-z, 0-9 and _, and is no other word of stories",
            )
            yield problem(join("/people", key), "story.person", zh, en)


def _steps(story: Story, lines: dict[str, int], problems: list[Problem]) -> Iterator[Step]:
    for number, raw in enumerate(story.steps, start=1):
        pointer = join("/steps", number - 1)
        if len(raw) != 1:
            problems.append(problem(pointer, "story.step", "每一步只有一个键", "a step has exactly one key"))
            continue
        ((key, value),) = raw.items()
        step = _step(number, lines.get(pointer, 0), pointer, key, value, problems)
        if step is not None:
            problems += _whom(story, step, pointer)
            yield step


def _step(number: int, line: int, pointer: str, key: str, value: Any, problems: list[Problem]) -> Step | None:
    who, verb = split(key)
    shapes = PERSON if who else WORLD
    place = join(pointer, key)
    if verb not in shapes:
        known = ", ".join([*PERSON, *WORLD])
        problems.append(
            problem(place, "story.verb", f"没有“{verb}”这个动词，可用：{known}", f'no verb "{verb}"; known: {known}')
        )
        return None
    try:
        arg = shapes[verb].validate_python(value)
    except ValidationError as error:
        found = problems_of(error, value, place, shapes[verb].core_schema)
        problems += [
            _one_each(each) if each.code == "shape.text" and isinstance(value, list) else each for each in found
        ]
        return None
    if verb == "clock" and not _is_moment(arg):
        problems.append(_bad_moment(place))
    if verb == "later" and not _is_span(arg):
        problems.append(problem(place, "story.span", "应为时长，如 4h、2d、3cd", "write a span such as 4h, 2d or 3cd"))
    return Step(number, line, f"{key}: {_brief(value)}", who, verb, arg)


def _one_each(found: Problem) -> Problem:
    """A list stands where one text is wanted."""
    zh, en = "每条文字各写一步，如 - client says: 材料", " Write a step for each text, such as - client says: docs"
    return Problem(found.pointer, found.code, {"zh-CN": found.message["zh-CN"] + zh, "en": found.message["en"] + en})


def _brief(value: Any) -> str:
    """What the step says, on one line."""
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told.replace("\n", " ")[:_BRIEF]


def _whom(story: Story, step: Step, pointer: str) -> Iterator[Problem]:
    named = [step.who] if step.who and not (step.who == OFFICE and step.verb == "does") else []
    if step.verb == "told":
        named = list(step.arg)
    for who in named:
        if who not in story.people:
            known = ", ".join(story.people)
            yield problem(
                pointer, "story.person", f"没有人物“{who}”，有：{known}", f'nobody is called "{who}"; there are {known}'
            )


def _is_moment(text: str) -> bool:
    try:
        datetime.strptime(text, MOMENT)
    except ValueError:
        return False
    return True


def _is_span(text: str) -> bool:
    try:
        return Span.parse(text).amount > 0
    except ValueError:
        return False


def _bad_moment(pointer: str) -> Problem:
    return problem(pointer, "story.moment", "应为时刻，如 2026-03-02 10:00", "write a moment such as 2026-03-02 10:00")


def _stop(pointer: str, code: str, zh: str, en: str) -> NoReturn:
    raise Invalid(problems=[problem(pointer, code, zh, en)])

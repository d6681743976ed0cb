"""Calendars of the agency's own for a story, from the files that it names: hours as JSON, as the API gives them."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.story.meaning import problem
from bot.story.spec import Story
from core.commands.office import SetCalendar
from core.engine.calendar_spec import read_calendar
from core.engine.calendars.known import CALENDARS
from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_problems import problems_of
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid, Problem

Hours = Mapping[str, Any]
"""What core.engine.calendar_spec reads."""


def calendar_file(name: str) -> str:
    """Where a calendar stands, seen from the story that brings it."""
    return f"calendars/{name}.json"


def calendars_of(
    flow: Flow, story: Story, file_of: Callable[[str], bytes], problems: list[Problem]
) -> dict[str, Hours]:
    """By name. The one that the flow goes by must be built in or among them."""
    found: dict[str, Hours] = {}
    for name, named in story.calendars.items():
        at = join("/calendars", name)
        try:
            found[name] = _read(name, file_of(named))
        except OSError as error:
            words = f"无法读取日历：{error.strerror}", f"the calendar cannot be read: {error.strerror}"
            problems.append(problem(at, "story.calendar", *words))
        except Invalid as invalid:
            problems += [Problem(at, each.code, each.message) for each in invalid.problems]
    if flow.calendar not in {*CALENDARS, *story.calendars}:
        zh = f"流程使用日历 {flow.calendar}，它不是内置日历；请在 calendars 中写明其文件"
        en = f"the flow goes by the calendar {flow.calendar}, which is not built in: name its file in calendars"
        problems.append(problem("/calendars", "story.calendar", zh, en))
    return found


def zone_of(name: str, brought: Mapping[str, Hours]) -> ZoneInfo:
    """Of a calendar of the story, else of a built-in one. Raises KeyError for one that is neither."""
    return ZoneInfo(brought[name]["zone"]) if name in brought else CALENDARS[name].zone


def _read(name: str, content: bytes) -> Hours:
    """Raises Invalid."""
    document = read_yaml(content)
    if document.problems or not isinstance(document.data, dict):
        raise Invalid(problems=document.problems or [problem("", "story.calendar", "应为对象", "write an object")])
    try:
        hours = SetCalendar.model_validate({**document.data, "name": name}).model_dump(mode="json")
    except ValidationError as error:
        raise Invalid(problems=problems_of(error, document.data)) from error
    read_calendar(hours)
    return hours

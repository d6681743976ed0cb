"""A recorded case as the file of a story."""

import io
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.story.calendars import calendar_file
from bot.story.past import Past
from bot.story.reader import MOMENT
from bot.story.recorder import Recorded, rounded
from bot.story.tables import table_file
from core.engine.text import Words

_MASKED = (
    "# 由真实案件导出的脱敏剧本：姓名、电话、证件、地址、日期、原话和文件均已替换；回答由流程对替身所说。\n"
    "# Made from a real case and masked: names, phones, documents, dates of birth, people's own words and files are\n"
    "# stand-ins, and every answer is what the flow says to the stand-ins. Moments are rounded to five minutes.\n"
)


def written(past: Past, flow_file: str, zone: ZoneInfo, recorded: Recorded | None = None) -> str:
    """The YAML. Without a record: people and contract alone, and one step that says nothing, to begin with."""
    notes: list[Words] = [*past.notes, *(recorded.notes if recorded is not None else [])]
    story: dict[str, Any] = {
        "story": f"A real case of {past.flow.key} version {past.flow.version}, masked",
        "masked": True,
        "flow": flow_file,
        **({"also": list(past.also)} if past.also else {}),
        **({"tables": {name: table_file(name) for name in past.tables}} if past.tables else {}),
        **({"calendars": {name: calendar_file(name) for name in past.calendars}} if past.calendars else {}),
        "clock": rounded(past.case["opened_at"]).astimezone(zone).strftime(MOMENT),
        **past.head,
        **({"notes": notes} if notes else {}),
        "steps": [{"told": "nothing"}] if recorded is None else recorded.steps,
    }
    yaml = YAML()
    yaml.allow_unicode, yaml.width = True, 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_lines(story), out)
    return _MASKED + out.getvalue()


def _lines(value: Any) -> Any:
    """Words of several lines stand as they are read."""
    if isinstance(value, dict):
        return {key: _lines(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_lines(each) for each in value]
    plain = isinstance(value, str) and "\n" in value and not any(line != line.rstrip() for line in value.split("\n"))
    return LiteralScalarString(value) if plain else value

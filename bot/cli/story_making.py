"""A real case made a masked story: read, played in a house of its own, looked over, and its files together."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from admin_api.parts import MadeStory
from bot.app import Banli
from bot.cli.problems import Broken
from bot.cli.story_house import in_a_house, play_one
from bot.story.calendars import calendar_file, zone_of
from bot.story.past import Past, read_past
from bot.story.past_family import flows_beside
from bot.story.past_office import calendars_beside
from bot.story.past_tables import tables_beside
from bot.story.reader import read_script
from bot.story.recorder import Recorded, record
from bot.story.spec import Script
from bot.story.standins import leaks, parts_of
from bot.story.tables import table_file
from bot.story.written import written
from bot.texts.catalogue import sentences
from core.channel.inbound import Inbound, Update
from core.channel.port import Unreadable
from core.engine.flow import read_flow
from core.engine.text import Words
from core.kit.errors import Busy, Invalid, NotPossibleNow, Problem
from core.store.reading import Reader
from core.store.sealing import Row

CHANNEL: Final = "loopback"
_PERSONAL: Final[Words] = {
    "zh-CN": "导出的剧本中仍有个人信息，因此不予提供。请反馈此问题。",
    "en": "The story would still say something personal, so it is not given. Please report it.",
}
AGAIN_IN: Final = 10.0  # seconds
MOST_ACTS: Final = 300  # of one story over the API; each takes a quarter of a second
MOST_SAID: Final = 5000  # messages of one chat that are looked at for it; `banli story export` has neither limit


@dataclass(frozen=True, slots=True)
class Made:
    """The story's text, what was recorded, and file name -> content of all that it needs beside it."""

    past: Past
    story: str
    recorded: Recorded
    files: dict[str, bytes]

    @property
    def flow_file(self) -> str:
        return next(iter(self.files))

    @property
    def notes(self) -> list[dict[str, str]]:
        return [*self.past.notes, *self.recorded.notes]


def past_of(banli: Banli, reader: Reader, row: Row, most: int | None = None) -> Past:
    """The case with the flows and tables that its own flow needs. ``most``: messages of one chat that are looked at.
    Raises NotPossibleNow for an erased client, and for a case with more of them."""
    past = read_past(reader, row, partial(parsed, banli), most)
    past.also = flows_beside(reader, past.flow)
    flows = [past.flow, *(read_flow(source) for source in past.also.values())]
    past.tables, past.calendars = tables_beside(reader, flows), calendars_beside(reader, flows)
    return past


def made_of(past: Past) -> Made:
    """Raises Broken when it cannot be made, or would still say something personal."""
    flow_file = f"{past.flow.key}-v{past.flow.version}.yaml"
    story, recorded = exported(past, flow_file)
    return Made(past, story, recorded, {flow_file: past.source, **_beside(past)})


def _beside(past: Past) -> dict[str, bytes]:
    """File name -> content of all but the flow's own."""
    tables = {table_file(name): content for name, content in past.tables.items()}
    return {**past.also, **tables, **{calendar_file(name): content for name, content in past.calendars.items()}}


def story_maker(banli: Banli) -> Callable[[Row], MadeStory]:
    """For the API: one story at a time, as each is played in a house of its own. Raises Busy, NotPossibleNow, and
    Invalid with what stands in the way."""
    one = threading.Lock()

    def make(row: Row) -> MadeStory:
        if not one.acquire(blocking=False):
            raise Busy("another story is being made", retry_after=AGAIN_IN)
        try:
            with banli.reading.open() as reader:
                past = past_of(banli, reader, row, MOST_SAID)
            if len(past.acts) > MOST_ACTS:
                raise NotPossibleNow(reason="story_long")
            made = _given(past)
        finally:
            one.release()
        return MadeStory(made.story, len(made.recorded.steps), made.files, made.notes)

    return make


def _given(past: Past) -> Made:
    try:
        return made_of(past)
    except Broken as no:
        raise Invalid(problems=[Problem("", "story.export", _PERSONAL)]) from no


def exported(past: Past, flow_file: str) -> tuple[str, Recorded]:
    """The story's text, and what was recorded. Raises Broken when it would still say something personal."""
    zone = zone_of(past.flow.calendar, {name: json.loads(each) for name, each in past.calendars.items()})
    beside = _beside(past)

    def read(text: str) -> Script:
        return read_script("the exported story", text.encode(), lambda named: beside.get(named, past.source))

    recorded = in_a_house(
        read(written(past, flow_file, zone)), CHANNEL, lambda script, world: record(script, world, past, zone)
    )
    story = written(past, flow_file, zone, recorded)
    again = play_one(read(story), CHANNEL)
    if again.failure is not None:
        at = again.failure.step
        zh, en = f"重演时第 {at} 步与记录不同", f"Played again, step {at} did not come out as recorded"
        recorded.notes.append({"zh-CN": zh, "en": en})
        story = written(past, flow_file, zone, recorded)
    _check_masked(story, past)
    return story, recorded


def _check_masked(story: str, past: Past) -> None:
    """Nothing that is known of these people may stand in it, whatever went wrong before. Raises Broken."""
    personal = past.personal | {part for name in past.names for part in parts_of(name)}
    own = past.source.decode("utf-8") + "".join(str(each) for each in sentences().values())
    if still := leaks(story, personal, own):
        raise Broken(
            f"The story would still say {len(still)} personal value(s); nothing was written. Please report it."
        )


def parsed(banli: Banli, update: Update) -> Inbound | None:
    """An update as its channel reads it."""
    channel = banli.channels.get(f"{update.channel}:{update.account}")
    try:
        return None if channel is None else channel.parse(update)
    except Unreadable:
        return None

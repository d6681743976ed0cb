"""`banli story export`: a real case as a masked story that can be played."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from bot.app import Banli
from bot.cli.case_rules import found
from bot.cli.counter import counter
from bot.cli.problems import Broken, WrongInput
from bot.cli.story_house import in_a_house, play_one
from bot.cli.terminal import AsJson, err, out, tell_json
from bot.story.past import Past, read_past
from bot.story.past_family import flows_beside
from bot.story.reader import read_script
from bot.story.recorder import Recorded, record
from bot.story.spec import Script
from bot.story.standins import leaks, parts_of
from bot.story.written import written
from bot.texts.catalogue import sentences
from core.bus.deed import SYSTEM
from core.channel.inbound import Inbound, Update
from core.channel.port import Unreadable
from core.engine.calendars.known import CALENDARS
from core.kit import log
from core.kit.ids import new_id
from core.ledger import audit

CHANNEL: Final = "loopback"


def export(
    number: Annotated[str, typer.Argument(help="The number of the case, such as V-2026-0001.")],
    to: Annotated[Path, typer.Option("--output", "-o", help="The story's file (.yaml); must not be there yet.")],
    json: AsJson = False,
) -> None:
    """Write a case as a story, masked: stand-ins for everything that is personal, made-up files for real ones.

    The flow's version is written beside it. That the case was exported stands in the audit; on SQLite no process may be
    running. Exit code 1 when there is no such case, its client is erased, or the story would still say something
    personal; then nothing is written.
    """
    if to.exists():
        raise WrongInput(f"{to} is there already: give another name, or take it away first.")
    log.configure(format="json", level="error")
    with counter() as desk:
        with desk.banli.reading.open() as reader:
            row = found(reader, number)
            past = read_past(reader, row, partial(_parsed, desk.banli))
            past.also = flows_beside(reader, past.flow)
        about = {"correlation": new_id(), "subject": f"case:{row['id']}", "case_id": row["id"]}
        desk.banli.store.run(lambda uow: audit.note(uow, SYSTEM, "cli", "ExportStory", **about))
    flow_file = to.parent / f"{past.flow.key}-v{past.flow.version}.yaml"
    story, recorded = exported(past, flow_file.name)
    for name, source in {flow_file.name: past.source, **past.also}.items():
        _keep(to.parent / name, source)
    to.write_text(story, encoding="utf-8")
    notes = [*past.notes, *recorded.notes]
    if json:
        tell_json({"story": str(to), "flow": str(flow_file), "steps": len(recorded.steps), "notes": notes})
        return
    out.print(f"{to}: {len(recorded.steps)} steps; flow in {flow_file}", markup=False)
    for each in notes:
        err.print(f"  {each['en']}\n  {each['zh-CN']}", markup=False)


def exported(past: Past, flow_file: str) -> tuple[str, Recorded]:
    """The story's text, and what was recorded. Raises Broken when it would still say something personal."""
    calendar = CALENDARS.get(past.flow.calendar)
    if calendar is None:
        raise Broken(f"The calendar {past.flow.calendar} is the agency's own; stories know the built-in ones only.")
    zone: ZoneInfo = calendar.zone

    def read(text: str) -> Script:
        return read_script("the exported story", text.encode(), lambda named: past.also.get(named, past.source))

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


def _keep(path: Path, source: bytes) -> None:
    """Raises WrongInput where another flow has this name."""
    if not path.exists():
        path.write_bytes(source)
    elif path.read_bytes() != source:
        raise WrongInput(f"{path} is another flow than the case has: write the story into another folder.")


def _parsed(banli: Banli, update: Update) -> Inbound | None:
    channel = banli.channels.get(f"{update.channel}:{update.account}")
    try:
        return None if channel is None else channel.parse(update)
    except Unreadable:
        return None

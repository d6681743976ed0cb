"""`banli story`: plays stories, each in a house of its own."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console

from adapters.gateways.loopback import LoopbackGateway
from bot.app import Banli, build
from bot.cli.story_drivers import DRIVERS, driver_of
from bot.cli.terminal import AsJson, progress, tell_json
from bot.cli.terminal import out as terminal
from bot.story.driver import World
from bot.story.moments import start_of
from bot.story.reader import read_story
from bot.story.result import Result
from bot.story.runner import play
from bot.story.spec import Script
from core.engine.calendars.known import CALENDARS
from core.kit import log, migrate
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.errors import Invalid
from core.kit.settings import Limits, Settings, Webchat

CAME_OUT, DIFFERENT, NO_STORY = 0, 1, 2

UNHURRIED = Webchat(texts_at_once=10_000, files_in_ten_minutes=10_000)  # a story's clock stands still meanwhile
PATIENT = Limits(check_seconds=60)  # a busy machine must not make a good file look too heavy


app = typer.Typer(help="Play stories: transcripts that must come out as written.", no_args_is_help=True)


class StoryChannel(StrEnum):
    """Where a story can be played: the channels that need no platform."""

    LOOPBACK = "loopback"
    WEBCHAT = "webchat"


@app.command("run")
def run_command(
    files: Annotated[list[Path], typer.Argument(help="Story files (YAML).", exists=True, dir_okay=False)],
    channel: Annotated[list[StoryChannel] | None, typer.Option(help="Channels to play on; may be repeated.")] = None,
    json: AsJson = False,
) -> None:
    """Play stories on a database of their own. Exit code 1 when one does not come out, 2 when a file is no story."""
    raise typer.Exit(run_files(files, channel or [StoryChannel.LOOPBACK], as_json=json))


def run_files(
    paths: Sequence[Path],
    channels: Sequence[str] = ("loopback",),
    *,
    transcript: bool = False,
    as_json: bool = False,
    out: Console = terminal,
) -> int:
    """Play every story on every channel. Returns 0: all came out, 1: some did not, 2: a file is no story."""
    log.configure(format="json", level="error")
    scripts, wrong = _read(paths)
    if wrong:
        _tell_problems(wrong, out, as_json=as_json)
        return NO_STORY
    pairs = [(script, channel) for script in scripts for channel in channels]
    results = []
    for script, channel in progress(pairs, "Playing", len(pairs)):
        results.append(play_one(script, channel))
        if not as_json:
            _print(results[-1], out, transcript=transcript)
    came_out = sum(result.came_out for result in results)
    if as_json:
        tell_json([{"came_out": result.came_out, **asdict(result)} for result in results])
    else:
        out.print(f"{came_out} of {len(results)} came out.")
    return CAME_OUT if came_out == len(results) else DIFFERENT


def _read(paths: Sequence[Path]) -> tuple[list[Script], dict[Path, Invalid]]:
    """The stories of the files, and what is wrong with those that are none."""
    scripts, wrong = [], {}
    for path in paths:
        try:
            scripts.append(read_story(path))
        except Invalid as invalid:
            wrong[path] = invalid
    return scripts, wrong


def play_one(script: Script, channel: str, url: str | None = None) -> Result:
    """Play a story in a new house: on the empty database at `url` (with tables), else on a temporary one."""
    if channel not in DRIVERS:
        raise ValueError(f"no story can be played on {channel!r}; known: {', '.join(DRIVERS)}")
    with tempfile.TemporaryDirectory(prefix="banli-story-") as name:
        folder = Path(name)
        if url is None:
            url = f"sqlite:///{folder / 'story.sqlite3'}"
            migrate.upgrade(url)
        with _house(script, url, folder) as (banli, clock):
            return asyncio.run(_play(script, channel, banli, clock))


async def _play(script: Script, channel: str, banli: Banli, clock: ManualClock) -> Result:
    driver = driver_of(channel, banli, list(script.story.people))
    gateways = {
        each.name: lambda each=each: [one.text for one in each.dispatched]
        for each in banli.channels.values()
        if isinstance(each, LoopbackGateway)
    }
    try:
        return await play(script, World(banli, clock, driver, gateways))
    finally:
        await driver.close()


@contextmanager
def _house(script: Script, url: str, folder: Path) -> Iterator[tuple[Banli, ManualClock]]:
    clock = ManualClock(start_of(script.story.clock, CALENDARS[script.flow.calendar].zone))
    settings = Settings(
        database_url=SecretStr(url),
        files_dir=folder / "files",
        keys=SecretStr(generate_key()),
        demo=False,
        limits=PATIENT,
        webchat=UNHURRIED,
    )
    banli = build(settings, clock=clock)
    banli.start()
    try:
        yield banli, clock
    finally:
        banli.stop()


def _tell_problems(wrong: Mapping[Path, Invalid], out: Console, *, as_json: bool) -> None:
    if as_json:
        listed = {
            str(path): [{"pointer": each.pointer, "code": each.code, **each.message} for each in invalid.problems]
            for path, invalid in wrong.items()
        }
        tell_json(listed)
        return
    for path, invalid in wrong.items():
        out.print(f"{path}: {len(invalid.problems)} problem(s)", markup=False)
        for each in invalid.problems:
            out.print(f"  {each.pointer or '/'} [{each.code}]", markup=False)
            out.print(f"      {each.message['en']}", markup=False)
            out.print(f"      {each.message['zh-CN']}", markup=False)


def _print(result: Result, out: Console, *, transcript: bool) -> None:
    mark = "came out" if result.came_out else "DIFFERENT"
    out.print(f"{mark}  {result.story} on {result.channel} ({result.steps} steps)", markup=False)
    if transcript or not result.came_out:
        for line in result.transcript if transcript else result.transcript[-12:]:
            out.print(f"    {line}", markup=False)
    if result.failure is not None:
        out.print(str(result.failure), markup=False)

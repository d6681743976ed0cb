"""`banli story run`: plays stories, each in a house of its own."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from adapters.gateways.loopback import LoopbackGateway
from bot.app import Banli, build
from bot.cli.story_drivers import DRIVERS, driver_of
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


def run_files(
    paths: Sequence[Path],
    channels: Sequence[str] = ("loopback",),
    *,
    transcript: bool = False,
    out: Console | None = None,
) -> int:
    """Play every story on every channel. Returns 0: all came out, 1: some did not, 2: a file is no story."""
    console = out or Console(highlight=False)
    log.configure(format="json", level="error")
    scripts, wrong = [], False
    for path in paths:
        try:
            scripts.append(read_story(path))
        except Invalid as invalid:
            wrong = True
            _print_problems(path, invalid, console)
    if wrong:
        return NO_STORY
    different = 0
    for script in scripts:
        for channel in channels:
            result = play_one(script, channel)
            different += not result.came_out
            _print(result, console, transcript=transcript)
    total = len(scripts) * len(channels)
    console.print(f"{total - different} of {total} came out.")
    return DIFFERENT if different else CAME_OUT


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


def _print_problems(path: Path, invalid: Invalid, out: Console) -> None:
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

"""A house of its own for every story that is played: a new database, made-up keys, a clock that is moved by hand."""

import asyncio
import atexit
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from adapters.gateways.loopback import LoopbackGateway
from adapters.hooks.channel import NAME as HOOK
from bot.app import Banli, build
from bot.cli.story_drivers import DRIVERS, driver_of
from bot.story.calendars import zone_of
from bot.story.driver import World
from bot.story.moments import start_of
from bot.story.result import Result
from bot.story.runner import play
from bot.story.spec import Script
from core.engine.lint_hooks import hooks_of
from core.files.child import Children
from core.kit import migrate
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.settings import Limits, Settings, Webchat
from core.kit.settings_hooks import Hook

UNHURRIED = Webchat(texts_at_once=10_000, files_in_ten_minutes=10_000)  # a story's clock stands still meanwhile
NOBODYS = "whsec_" + "A" * 32  # signs nothing
PATIENT = Limits(check_seconds=60)  # a busy machine must not make a good file look too heavy

Came = TypeVar("Came")


def play_one(script: Script, channel: str, url: str | None = None) -> Result:
    """Play a story in a new house: on the empty database at `url` (with tables), else on a temporary one."""
    return in_a_house(script, channel, play, url)


def in_a_house(
    script: Script, channel: str, what: Callable[[Script, World], Awaitable[Came]], url: str | None = None
) -> Came:
    """What comes of something that is done in a new house. Raises ValueError for a channel that plays no stories."""
    if channel not in DRIVERS:
        raise ValueError(f"no story can be played on {channel!r}; known: {', '.join(DRIVERS)}")
    with tempfile.TemporaryDirectory(prefix="banli-story-") as name:
        folder = Path(name)
        if url is None:
            url = f"sqlite:///{folder / 'story.sqlite3'}"
            migrate.upgrade(url)
        with _house(script, url, folder) as (banli, clock):
            return asyncio.run(_do(script, channel, banli, clock, what))


async def _do(
    script: Script,
    channel: str,
    banli: Banli,
    clock: ManualClock,
    what: Callable[[Script, World], Awaitable[Came]],
) -> Came:
    driver = driver_of(channel, banli, list(script.story.people))
    ours = [each for each in banli.channels.values() if isinstance(each, LoopbackGateway)]
    gateways: dict[str, Callable[[], list[str]]] = {
        each.name: lambda each=each: [one.text for one in each.dispatched]  # type: ignore[misc]  # the default binds it
        for each in ours
        if each.name != HOOK
    }
    gateways["webhook"] = lambda: [text for each in ours if each.name == HOOK for text in _called(each)]
    try:
        return await what(script, World(banli, clock, driver, gateways))
    finally:
        await driver.close()


@cache
def children() -> Children:
    """Whoever opens the files of all stories of this process: starting one takes longer than many a story."""
    opened = Children()
    atexit.register(opened.close)
    return opened


def _called(hook: LoopbackGateway) -> list[str]:
    """Name, event and data of every delivery, without the ids that are others whenever it is played."""
    texts = []
    for each in hook.dispatched:
        body = json.loads(each.text.partition("\n")[2])
        del body["data"]["case"]["id"]
        texts.append(f"{hook.account} {body['type']} {json.dumps(body['data'], ensure_ascii=False)}")
    return texts


@contextmanager
def _house(script: Script, url: str, folder: Path) -> Iterator[tuple[Banli, ManualClock]]:
    clock = ManualClock(start_of(script.story.clock, zone_of(script.flow.calendar, script.calendars)))
    called = sorted(hooks_of(script.flow))
    settings = Settings(
        database_url=SecretStr(url),
        files_dir=folder / "files",
        keys=SecretStr(generate_key()),
        demo=False,
        limits=PATIENT,
        webchat=UNHURRIED,
        hooks=dict.fromkeys(called, Hook(url="https://story.invalid", secret=SecretStr(NOBODYS))),
    )
    banli = build(settings, clock=clock, children=children())
    for name in called:  # nothing leaves the house
        banli.add(LoopbackGateway(HOOK, name))
    banli.start()
    try:
        yield banli, clock
    finally:
        banli.stop()

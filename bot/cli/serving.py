"""One process that serves and works: the port, the one owner of a SQLite file, start and stop."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from pydantic import SecretStr
from rich.console import Console

from bot.app import FLOWS, LOOPS, Banli, build, database_file
from bot.cli.problems import CannotServe
from bot.cli.story_making import story_maker
from bot.cli.tables import brought_up
from bot.demo.seed import seed
from bot.watch.watching import Watching
from bot.web import web
from core.kit.crypto import generate_key
from core.kit.floor import standing
from core.kit.memory import calm_collector, one_heap
from core.kit.settings import Settings
from core.store.reading import Reader

DEMO_KEY = Path("var/demo.key")


class Server(uvicorn.Server):
    """Lets the pages' streams end before it waits for open connections: by themselves they never do."""

    def __init__(self, config: uvicorn.Config, let_go: Callable[[], None]) -> None:
        super().__init__(config)
        self._let_go = let_go

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._let_go()
        super().handle_exit(sig, frame)


def with_demo_key(settings: Settings) -> Settings:
    """The demo makes its own key, once, and keeps it beside its database."""
    if settings.keys is not None:
        return settings
    if not DEMO_KEY.exists():
        DEMO_KEY.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(DEMO_KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(generate_key())
    return settings.model_copy(update={"keys": SecretStr(DEMO_KEY.read_text().strip())})


def serve(settings: Settings, out: Console) -> None:
    """Bring the tables up to date, fill the demo, listen and work. Raises CannotServe, MissingKey, DBAPIError."""
    one_heap()
    with closing(_listen(settings)) as listener, owned(settings):
        banli = build(settings)
        brought_up(settings)
        if settings.demo:
            _fill(banli)
        _answer(banli, listener, out, loops=True)


def serve_doors(settings: Settings, out: Console) -> None:
    """Listen only; workers beside it do the rest. Raises CannotServe, MissingKey, DBAPIError."""
    one_heap()
    _several(settings)
    with closing(_listen(settings)) as listener:
        banli = build(settings)
        _check_tables(banli)
        _answer(banli, listener, out, loops=False)


def work(settings: Settings, out: Console) -> None:
    """The loops without a door, until SIGTERM or Ctrl-C. Raises CannotServe, MissingKey, DBAPIError."""
    one_heap()
    _several(settings)
    banli = build(settings, kind="worker")
    _check_tables(banli)
    _until_told(banli, out, "Working.", *LOOPS)


def connect(settings: Settings, names: Sequence[str], out: Console) -> None:
    """Only the connections to these channels, or to all, until SIGTERM or Ctrl-C.

    ``names`` as `channel` or `channel:account`. Raises CannotServe, MissingKey, DBAPIError.
    """
    one_heap()
    _several(settings)
    banli = build(settings, kind="connect")
    banli.connector.choose(chosen(list(banli.connector.accounts()), names))
    _check_tables(banli)
    _until_told(banli, out, f"Connecting {', '.join(banli.connector.accounts())}.", "connector")


def chosen(accounts: Sequence[str], names: Sequence[str]) -> list[str]:
    """Those of the accounts that are named; all without a name. Raises CannotServe for a name that none has."""
    if not accounts:
        raise CannotServe(
            "No channel that is configured here keeps a connection, so `banli connect` has nothing to do. "
            "Channels that call us are served by `banli web`; `banli config check` tells what is configured."
        )
    unknown = [name for name in names if not any(_is_of(each, name) for each in accounts)]
    if unknown:
        raise CannotServe(
            f"No configured channel keeps a connection as {', '.join(unknown)}. Known: {', '.join(accounts)}."
        )
    return [each for each in accounts if not names or any(_is_of(each, name) for name in names)]


def _is_of(account: str, name: str) -> bool:
    return name in (account, account.partition(":")[0])


def _until_told(banli: Banli, out: Console, greeting: str, *loops: str) -> None:
    """These loops in a process without a door."""
    watching = banli.watching(*loops)
    try:
        watching.start()
        banli.start()
        asyncio.run(_loops(banli, watching, out, greeting, *loops))
        watching.pulse.leave()
    finally:
        banli.stop()
        watching.stop()


def _answer(banli: Banli, listener: socket.socket, out: Console, *, loops: bool) -> None:
    app = web(banli, loops=loops, story_of=story_maker(banli))
    with banli.reading.open() as reader:
        banli.catalogue.warm(reader)
    calm_collector()
    _greet(banli.settings, listener.getsockname()[1], out)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
    Server(config, banli.hub.close).run(sockets=[listener])


async def _loops(banli: Banli, watching: Watching, out: Console, greeting: str, *loops: str) -> None:
    """A round that has begun is finished by the store's close; what was not begun waits for the next worker."""
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    with banli.reading.open() as reader:
        banli.catalogue.warm(reader)
    calm_collector()
    out.print(f"{greeting} Stop with Ctrl-C.")
    working = asyncio.create_task(banli.run(*loops, also=[watching.pulse.run]))
    ending = asyncio.create_task(told.wait())
    await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def _several(settings: Settings) -> None:
    """Only PostgreSQL takes several processes."""
    if database_file(settings) is not None:
        raise CannotServe(
            "`banli web`, `worker` and `connect` are processes beside each other, and a SQLite file takes only one. "
            "Use `banli run`, or PostgreSQL (BANLI_DATABASE_URL)."
        )
    if settings.demo:
        raise CannotServe("The demo is one process: banli run --demo.")


def _check_tables(banli: Banli) -> None:
    """Of several processes that start at once none may change the tables under the others."""
    with banli.reading.open() as reader:
        stands = standing(reader.connection)
    if not stands.well:
        banli.stop()
        raise CannotServe(f"{stands.said} Remedy: {stands.remedy}.")


def _listen(settings: Settings) -> socket.socket:
    """The port is taken first: a busy one is told before anything else happens."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)
    except OSError as busy:
        listener.close()
        raise CannotServe(
            f"Port {settings.port} on {settings.host} is not free ({busy.strerror}). "
            "Choose another one: make run PORT=8081, banli run --port 8081, or BANLI_PORT."
        ) from busy
    return listener


@contextmanager
def owned(settings: Settings) -> Iterator[None]:
    """Exactly one process works on a SQLite file: two writers would undo each other's order. Raises CannotServe."""
    path = database_file(settings)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotServe(f"Another Banli process has {path} open. Stop it first, or use PostgreSQL.") from taken
        yield


@contextmanager
def looking(settings: Settings) -> Iterator[tuple[Banli, Reader]]:
    """A look at the database from beside whatever runs; nothing can be written."""
    with beside(settings) as banli, banli.reading.open() as reader:
        yield banli, reader


@contextmanager
def beside(settings: Settings) -> Iterator[Banli]:
    """All parts without the store's writer, beside whatever runs: for many short looks."""
    banli = build(settings)
    try:
        yield banli
    finally:
        banli.stop()


def _fill(banli: Banli) -> None:
    banli.start()
    seed(banli.store, banli.bus, FLOWS)


def _greet(settings: Settings, port: int, out: Console) -> None:
    address = f"http://{settings.host}:{port}"
    if settings.demo:
        out.print(f"Banli is at {address}/demo  (English: {address}/demo?lang=en)")
        out.print("What you do is kept; `make reset` clears it. Stop with Ctrl-C.")
    else:
        out.print(f"Banli is at {address}/chat/me/  Stop with Ctrl-C.")

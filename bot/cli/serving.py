"""One process that serves and works: the port, the one owner of a SQLite file, start and stop."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from pydantic import SecretStr
from rich.console import Console

from bot.app import FLOWS, Banli, build, database_file, web
from bot.cli.problems import CannotServe
from bot.demo.seed import seed
from core.kit import migrate
from core.kit.crypto import generate_key
from core.kit.memory import calm_collector
from core.kit.settings import Settings

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
    """Bring the tables up to date, fill the demo, listen. Raises CannotServe, MissingKey, DBAPIError."""
    with closing(_listen(settings)) as listener, owned(settings):
        banli = build(settings)
        migrate.upgrade(settings.database_url.get_secret_value())
        app = web(banli)
        if settings.demo:
            _fill(banli)
        with banli.reading.open() as reader:
            banli.catalogue.warm(reader)
        calm_collector()
        _greet(settings, listener.getsockname()[1], out)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        Server(config, banli.hub.close).run(sockets=[listener])


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

"""The first deeds in a new house: tables, flows, the first admin. Done again, they change nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.app import Banli, database_file
from bot.cli.counter import Counter, counter
from bot.cli.flow_files import published
from bot.cli.problems import CannotServe
from bot.cli.serving import owned
from bot.cli.setup.answers import Answers, flow_file
from bot.cli.tables import brought_up
from core.bus.deed import SYSTEM, Cause
from core.clients.tables import client
from core.commands.accounts import ResetPassword
from core.commands.people import AddStaff, IssueApiKey
from core.kit.chain import newest
from core.kit.crypto import Tampered
from core.kit.ids import new_id
from core.kit.settings import Settings
from core.staff.tables import staff
from core.store.unit import UnitOfWork


@dataclass(slots=True)
class Opened:
    """`flows`: why one was not published, by name, empty for those that are; `api_key` is told once."""

    revision: str
    flows: dict[str, str] = field(default_factory=dict)
    admin: str | None = None
    login: str | None = None
    api_key: str | None = None


def opened(settings: Settings, answers: Answers, hashed: str | None) -> Opened:
    """``hashed``: of the first admin's password, if he has one. Raises CannotServe, DBAPIError, Refusal."""
    _private_folders(settings)
    with owned(settings):
        brought_up(settings)
    with counter() as desk:
        _check_key(desk.banli)
        done = Opened(newest(), _publish(desk.banli, answers.flows))
        _first_admin(desk, answers, hashed, done)
        return done


def _private_folders(settings: Settings) -> None:
    """What is made here, folders above included, is for this user only."""
    file = database_file(settings)
    for folder in (settings.files_dir, *(() if file is None else (file.parent,))):
        for each in (*reversed(folder.parents), folder):
            each.mkdir(mode=0o700, exist_ok=True)


def _check_key(banli: Banli) -> None:
    """A database of an earlier time may be sealed with another key."""
    try:
        with banli.reading.open() as reader:
            _ = reader.first(staff) or reader.first(client)
    except Tampered as other:
        raise CannotServe(
            f"The database holds what another key has sealed: put that key into BANLI_KEYS. {other}"
        ) from other


def _publish(banli: Banli, flows: Sequence[str]) -> dict[str, str]:
    files: dict[Path, str] = {flow_file(name): name for name in flows}
    return {files[path]: no for path, no in published(list(files), banli).items()}


def _first_admin(desk: Counter, answers: Answers, hashed: str | None, done: Opened) -> None:
    """With his password and a key, or not at all; nobody when there is an admin."""
    with desk.banli.reading.open() as reader:
        if any("admin" in row["roles"] for row in reader.find(staff, active=True)):
            return
    first, bus, cause = answers.admin, desk.banli.bus, Cause(SYSTEM, "cli", new_id())
    add = AddStaff(name=first.name, roles=("admin",), language=answers.agency.language, login=first.login)

    def work(uow: UnitOfWork) -> str:
        admin = bus.execute(uow, add, cause)
        if hashed is not None:
            bus.execute(uow, ResetPassword(staff_id=admin, hashed=hashed, own=True), cause)
        return str(bus.execute(uow, IssueApiKey(staff_id=admin, name="first"), cause))

    done.admin, done.login, done.api_key = first.name, first.login or None, desk.banli.store.run(work)

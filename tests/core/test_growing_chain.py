"""A chain that grows while somebody verifies it or makes a backup of it: none of it looks cut off."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.backup import create as creation
from adapters.backup.database import copied
from adapters.backup.manifest import ANCHORS
from admin_api.desk import open_desk
from admin_api.routes.audit import verify_audit
from bot.cli.audit import verdict_of
from bot.web import desk_of
from core.bus.deed import SYSTEM
from core.commands.people import RegisterClient
from core.ledger import chain
from core.ledger.chain import Anchor
from tests.adapters.test_backup import backup
from tests.house import TestHouse, open_house


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    """SQLite shows a reader one moment from its first question on."""
    with open_house(sqlite_url, tmp_path / "here") as opened:
        opened.client()
        asyncio.run(opened.banli.sealer.work_once())
        yield opened


def grows(house: TestHouse) -> Anchor:
    """One deed more, sealed; the new end."""
    house.do(RegisterClient(name="李四"))
    key = house.banli.vault.derive(chain.PURPOSE)
    end: Anchor = house.banli.store.run(lambda uow: chain.seal(uow, key), chain.LOCK)
    return end


def test_the_command_line_does_not_call_it_cut_off(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.audit.read_anchors", lambda path: [grows(house)])
    assert verdict_of(house.banli.settings).faults == []


def test_the_api_does_not_call_it_cut_off(house: TestHouse) -> None:
    desk = open_desk(replace(desk_of(house.banli), anchors=lambda: [grows(house)]), SYSTEM)
    assert verify_audit(desk).faults == []


def test_a_backup_has_no_anchor_that_is_newer_than_its_rows(
    house: TestHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.banli.settings.anchors_file.read_bytes()

    @contextmanager
    def and_grows(*what: Any) -> Iterator[Any]:
        with copied(*what) as found:
            end = grows(house)
            with house.banli.settings.anchors_file.open("a") as file:
                file.write(f'{{"chain": {end.chain}, "mac": "{end.mac}"}}\n')
            yield found

    monkeypatch.setattr(creation, "copied", and_grows)
    made = backup(house, tmp_path / "backups")
    assert (made.folder / ANCHORS).read_bytes() == before

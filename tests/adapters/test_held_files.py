"""A scanner that gives no verdict for long: people are told, may ask again by name, and nothing is taken unchecked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.fetcher import HOLD, STUCK
from core.bus.deed import Cause
from core.cases.tables import case_event
from core.commands.command import Command
from core.commands.documents import CheckFileAgain
from core.engine.access import Actor
from core.files.tables import file
from core.kit.errors import NotAllowed, NotFound, Stale
from core.ledger.tables import errand
from core.staff.tables import department
from core.tasks.tables import task
from tests.adapters.test_clamd import BAD, site_with, versions
from tests.adapters.webpage import Page, Site
from tests.bot.chat import assert_readable, picture
from tests.browser.server import free_port
from tests.platforms.fake_clamd import fake_clamd

TITLE = "等待病毒检查已久"


def held(site: Site, name: str = "退休证.jpg", data: bytes = b"") -> tuple[Page, Page]:
    """A file that nobody gives a verdict on; the client's page, and the one of the supervisor."""
    client, supervisor = site.page("client"), site.page("reviewer")
    client.sends(name, data or picture(), "退休证")
    return client, supervisor


def later(site: Site, span: timedelta) -> None:
    site.clock.move_to(site.clock.now() + span)
    site.rest()


def tasks(site: Site) -> list[Any]:
    with site.banli.reading.open() as reader:
        return [row for row in reader.find(task) if TITLE in row["title"]["zh-CN"]]


def errand_of(site: Site) -> int:
    with site.banli.reading.open() as reader:
        [row] = reader.find(errand)
    return int(row["id"])


def cards(page: Page) -> list[str]:
    return [each["card"]["text"] for each in page.messages() if each["card"]["kind"] == "held_file"]


def test_after_half_an_hour_people_are_told_once_and_the_file_stays_out(database: str, tmp_path: Path) -> None:
    with site_with(database, tmp_path, f"127.0.0.1:{free_port()}") as site:
        client, supervisor = held(site)
        later(site, STUCK - HOLD)
        assert tasks(site) == []
        assert cards(supervisor) == []
        for _ in range(4):
            later(site, timedelta(minutes=20))
        [made] = tasks(site)
        assert made["state"] == "open"
        [shown] = cards(supervisor)
        assert "不会收下" in shown
        assert "退休证.jpg" not in shown
        assert_readable([shown])
        assert versions(site) == 0
        supervisor.says("案 V-2026-0001")
        facts = str(supervisor.messages()[-1]["card"]["facts"])
        assert "等待安全检查" in facts
        assert "退休证.jpg" in facts
        assert len([each for each in client.texts() if "安全检查" in each]) == 1


def test_a_person_has_it_checked_again_with_his_name_and_the_verdict_ends_it(database: str, tmp_path: Path) -> None:
    port = free_port()
    with site_with(database, tmp_path, f"127.0.0.1:{port}") as site:
        client, supervisor = held(site)
        later(site, STUCK)
        later(site, HOLD)
        supervisor.presses("再检查一次")  # still down: nothing is taken
        assert versions(site) == 0
        with fake_clamd(port=port):
            supervisor.presses("再检查一次")  # at once, not at the next turn
        assert versions(site) == 1
        assert "已收到《退休证》" in "\n".join(client.texts())
        assert "检查已完成" in cards(supervisor)[0]
        [made] = tasks(site)
        assert made["state"] == "done"
        with site.banli.reading.open() as reader:
            asked = [row for row in reader.find(case_event) if row["type"] == "FileCheckAsked"]
        assert [row["actor_kind"] for row in asked] == ["staff", "staff"]
        with pytest.raises(Stale):
            do(site, CheckFileAgain(errand_id=errand_of(site)), supervisor_of(site))


def test_a_virus_found_at_last_is_refused_and_ends_the_task(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    with site_with(sqlite_url, tmp_path, f"127.0.0.1:{port}") as site:
        client, supervisor = held(site, "退休证.pdf", BAD)
        later(site, STUCK)
        later(site, HOLD)
        with fake_clamd(port=port):
            supervisor.presses("再检查一次")
        assert "发现了病毒" in client.texts()[-1]
        assert versions(site) == 0
        assert [row["state"] for row in tasks(site)] == ["done"]
        with site.banli.reading.open() as reader:
            [kept] = reader.find(file)
        assert kept["inspection"]["verdict"] == "virus"


def test_nobody_but_a_supervisor_of_the_case_may(sqlite_url: str, tmp_path: Path) -> None:
    with site_with(sqlite_url, tmp_path, f"127.0.0.1:{free_port()}") as site:
        held(site)
        command = CheckFileAgain(errand_id=errand_of(site))
        stranger = Actor(kind="staff", id=2**40, roles=frozenset({"supervisor"}), department=2**41)
        for actor, refused in (
            (Actor(kind="staff", id=2**40, roles=frozenset({"consultant"})), NotAllowed),
            (Actor(kind="client", id=2**40), NotAllowed),
            (stranger, NotFound),
        ):
            with pytest.raises(refused):
                do(site, command, actor)


def supervisor_of(site: Site) -> Actor:
    with site.banli.reading.open() as reader:
        there = reader.find(department)[0]["id"]
    return Actor(kind="staff", id=tasks(site)[0]["staff_id"], roles=frozenset({"supervisor"}), department=there)


def do(site: Site, command: Command, actor: Actor) -> None:
    cause = Cause(actor, "api", 1)
    site.banli.store.run(lambda uow: site.banli.bus.execute(uow, command, cause))

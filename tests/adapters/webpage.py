"""The web chat over HTTP, as a browser speaks to it: a site, its visitors, and what their pages show."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.app import FLOWS, Banli, build
from bot.demo.seed import seed
from bot.web import web
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.settings import Settings, Webchat
from tests.house import START

UNHURRIED = Webchat(texts_at_once=10_000, files_in_ten_minutes=10_000, sessions_an_hour=10_000)
"""The clock stands still in most tests, so no bucket fills again."""
_ids = itertools.count(1)


def new_id() -> str:
    return f"said-{next(_ids):08}"


@dataclass
class Page:
    """One browser at one seat, with cookies of its own."""

    site: "Site"
    seat: str
    http: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = TestClient(self.site.app, base_url=self.site.base_url)

    def path(self, name: str) -> str:
        return f"/chat/{self.seat}/api/{name}"

    def open(self, **headers: str) -> Any:
        return self.http.post(self.path("session"), headers=headers)

    def says(self, text: str, said_id: str | None = None) -> "Page":
        answer = self.http.post(self.path("messages"), json={"id": said_id or new_id(), "text": text})
        assert answer.status_code == 202, answer.text
        self.site.rest()
        return self

    def sends(self, name: str, data: bytes, caption: str = "", said_id: str | None = None) -> "Page":
        form = {"id": said_id or new_id(), "caption": caption}
        answer = self.http.post(self.path("files"), data=form, files={"file": (name, data, "image/jpeg")})
        assert answer.status_code == 202, answer.text
        self.site.rest()
        return self

    def presses(self, label: str) -> "Page":
        """Press the newest button with this label."""
        for shown in reversed(self.messages()):
            for button in shown["card"]["buttons"]:
                if label in button["label"]:
                    said = {"id": new_id(), "token": button["token"], "message": shown["id"]}
                    assert self.http.post(self.path("presses"), json=said).status_code == 202
                    self.site.rest()
                    return self
        raise AssertionError(f"{self.seat} sees no button {label!r}")

    def messages(self, after: str = "0") -> list[dict[str, Any]]:
        answer = self.http.get(self.path("messages"), params={"after": after})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = sorted(
            answer.json()["messages"], key=lambda each: (each["at"], int(each["cursor"]))
        )
        return found

    def texts(self) -> list[str]:
        return [each["card"]["text"] for each in self.messages()]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{each.name}={each.value}" for each in self.http.cookies.jar)


@dataclass
class Site:
    """The whole web application on a database, without its loops: `rest` runs them until nothing is left to do."""

    banli: Banli
    app: FastAPI
    clock: ManualClock
    base_url: str = "http://testserver"

    def rest(self) -> None:
        asyncio.run(self.banli.work_until_quiet())

    def page(self, seat: str = "me", *, opened: bool = True) -> Page:
        page = Page(self, seat)
        if opened:
            assert page.open().status_code == 200
            self.rest()
        return page


@contextmanager
def open_site(url: str, folder: Path, *, demo: bool, filled: bool = False, **more: Any) -> Iterator[Site]:
    more.setdefault("webchat", UNHURRIED)
    settings = Settings(
        database_url=url, files_dir=folder / "files", keys=generate_key(), demo=demo, **more  # type: ignore[arg-type]
    )  # fmt: skip
    clock = ManualClock(START)
    banli = build(settings, clock=clock)
    banli.start()
    try:
        if filled:
            seed(banli.store, banli.bus, FLOWS)
        site = Site(banli, web(banli, loops=False), clock)
        site.rest()
        yield site
    finally:
        banli.stop()

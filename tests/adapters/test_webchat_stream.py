"""Server-sent events: what is new comes by itself, and a broken line goes on where it stopped."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.webchat.hub import EXPECTING_SECONDS, LOOK_SECONDS, SOON_SECONDS, Hub
from bot.signs import MOMENT
from tests.adapters.webpage import Page, Site, new_id, open_site
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with databases.fresh("sqlite") as url, open_site(url, tmp_path_factory.mktemp("site"), demo=False) as site:
        yield site


class Line:
    """One browser's event stream, read straight from the application; closing it is a client who goes away."""

    def __init__(self, page: Page, last: str = "", query: str = "") -> None:
        headers = [(b"host", b"testserver"), (b"cookie", page.cookie.encode())]
        headers += [(b"last-event-id", last.encode())] if last else []
        self.scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": page.path("events"), "raw_path": page.path("events").encode(),
            "query_string": query.encode(), "headers": headers, "server": ("testserver", 80), "client": ("test", 1),
        }  # fmt: skip
        self.app, self.text, self.gone = page.site.app, "", asyncio.Event()
        self.start: dict[str, Any] = {}
        self.news = asyncio.Event()
        self.task = asyncio.create_task(self.app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        self.text += message.get("body", b"").decode()
        self.news.set()

    async def until(self, words: str) -> list[dict[str, Any]]:
        while words not in self.text:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 30)
        return self.messages()

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.text.splitlines() if line.startswith("data: ")]

    async def close(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 30)


def said(page: Page, text: str) -> None:
    answer = page.http.post(page.path("messages"), json={"id": new_id(), "text": text})
    assert answer.status_code == 202


def test_what_is_there_and_what_comes_is_delivered(site: Site) -> None:
    page = site.page()

    async def watch() -> None:
        line = Line(page)
        [hello] = await line.until("示例签证服务社")
        assert hello["from"] == "bot"
        assert dict(line.start["headers"])[b"content-type"].startswith(b"text/event-stream")
        assert dict(line.start["headers"])[b"cache-control"] == b"no-store"
        await asyncio.to_thread(said, page, "帮助")
        await site.banli.work_until_quiet()
        messages = await line.until("可随时发送")
        assert [each["from"] for each in messages] == ["bot", "me", "bot"]
        cursors = [int(each["cursor"]) for each in messages]
        assert cursors == sorted(set(cursors))
        await line.close()

    asyncio.run(watch())


def test_a_broken_line_goes_on_where_it_stopped(site: Site) -> None:
    page = site.page().says("one").says("two")
    newest = max(int(each["cursor"]) for each in page.messages())

    async def watch() -> None:
        line = Line(page, last=str(newest))
        await asyncio.to_thread(said, page, "MARKER-THREE")
        messages = await line.until("MARKER-THREE")
        assert [each["card"]["text"] for each in messages] == ["MARKER-THREE"]
        await line.close()
        again = Line(page, query=f"after={newest}")  # what the page itself asks for when it is loaded
        assert [each["card"]["text"] for each in await again.until("MARKER-THREE")] == ["MARKER-THREE"]
        await again.close()

    asyncio.run(watch())


def test_a_cursor_that_is_none_starts_at_the_beginning(site: Site) -> None:
    page = site.page()
    for cursor in ("", "-1", "x", "9" * 40, "١", "1; DROP"):
        assert len(page.messages(cursor)) == 1


def test_a_line_shows_one_visitor_only(site: Site) -> None:
    one, other = site.page(), site.page()

    async def watch() -> None:
        line = Line(one)
        await line.until("示例签证服务社")
        await asyncio.to_thread(said, other, "MARKER-OTHER")
        await asyncio.to_thread(said, one, "MARKER-MINE")
        await site.banli.work_until_quiet()
        await line.until("MARKER-MINE")
        assert "MARKER-OTHER" not in line.text
        await line.close()

    asyncio.run(watch())


def test_a_page_that_listens_is_told_that_an_answer_is_coming(site: Site) -> None:
    page, other = site.page(), site.page()

    async def watch() -> None:
        line, quiet = Line(page), Line(other)
        await line.until("示例签证服务社")
        await quiet.until("示例签证服务社")
        await asyncio.to_thread(said, page, "进度")
        await site.banli.signs.work_once()
        assert "event: typing" not in line.text, "the answer may still come in time"
        site.clock.advance(MOMENT * 2)
        await site.banli.signs.work_once()
        await line.until("event: typing")
        await asyncio.to_thread(said, other, "进度")
        await quiet.until('"me"')
        assert "event: typing" not in quiet.text, "it is shown in the chat that waits"
        await line.close()
        await quiet.close()

    asyncio.run(watch())


def test_a_page_whose_answers_are_made_elsewhere_looks_sooner_while_one_may_come() -> None:
    """Without Redis, or while it is away; when long nothing came, and where rings are heard, it looks seldom."""
    hub, hears = Hub(), [True]
    assert hub.patience(0.0) == LOOK_SECONDS
    hub.hears(lambda: hears[0])
    assert hub.patience(0.0) == LOOK_SECONDS
    hears[0] = False
    assert hub.patience(0.0) == SOON_SECONDS
    assert hub.patience(EXPECTING_SECONDS) == LOOK_SECONDS

"""A whole case with marked words everywhere, by chat and over HTTP, with its mistakes; what the house says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fastapi.testclient import TestClient

from bot.web import web
from core.bus.deed import SYSTEM
from core.commands.handoffs import AddNote
from core.commands.people import IssueApiKey
from tests.bot.chat import CONSULTANT, REVIEWER, begin, case_of, picture
from tests.files import papers
from tests.house import Person, TestHouse
from tests.security.test_secrets import MARKS, live_through, marked_client
from tests.stories.journey import bring_to

WRONG_KEY = "bk_MARKWRONGKEYMARKWRONGKEYMARKWRONGKEY"
OWN = ("MARKNOTE", "MARKAPI", "MARKWRONGKEY", "MARKBODY", "MARKQUERY", "MARKCRASH", "MARKPAGE", "MARKSESSION", "标记名")
ALL_MARKS = (*MARKS, *OWN)


@dataclass
class Walk:
    """One case from its contract to its end; `refused` are the bodies of every answer that was an error."""

    house: TestHouse
    http: TestClient
    key: str = ""
    refused: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def call(self, method: str, path: str, *, key: str | None = None, **what: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {key or self.key}", **what.pop("headers", {})}
        answer = self.http.request(method, path, headers=headers, **what)
        self.statuses.add(answer.status_code)
        if answer.status_code >= 400:
            self.refused.append(answer.text)
        return answer


def walk(house: TestHouse) -> Walk:
    """By chat from contract to the last survey; over HTTP notes, words, papers, and everything that may go wrong."""
    live_through(house)
    client = begin(house, marked_client(house, 8))
    with TestClient(web(house.banli, loops=False), raise_server_exceptions=False) as http:
        walked = Walk(house, http)
        walked.key = house.do(IssueApiKey(staff_id=house.people[CONSULTANT].id, name="标记名"), actor=SYSTEM)
        case_id = case_of(house, client)["id"]
        _over_http(walked, client, case_id)
        bring_to(house, client, "tracking")
        _to_the_end(house, client)
        assert case_of(house, client)["outcome"] == "granted"
        assert walked.call("GET", f"/api/v1/cases/{case_id}/timeline").status_code == 200
        _mistakes(walked, case_id)
        _page(walked)
    return walked


def _over_http(walked: Walk, client: Person, case_id: int) -> None:
    assert walked.call("POST", f"/api/v1/cases/{case_id}/notes", json={"text": "MARKNOTE"}).status_code == 204
    assert walked.call("POST", f"/api/v1/cases/{case_id}/messages", json={"text": "MARKAPI"}).status_code == 204
    items = walked.call("GET", f"/api/v1/cases/{case_id}").json()["items"]
    item = next(each for each in items if each["required"] and not each["versions"])
    sent = {"file": ("MARKFILE.pdf", papers.pdf(words="MARKPDFTEXT"))}
    assert walked.call("POST", f"/api/v1/items/{item['id']}/documents", files=sent).status_code == 201
    walked.house.rest()
    client.says("MARKWORDS 进度")


def _to_the_end(house: TestHouse, client: Person) -> None:
    consultant = house.people[CONSULTANT]
    consultant.presses("使馆审核中").presses("已获签").says("MARKWORDS").says("2027-03-10").says("15")
    consultant.presses("转入后续服务")
    client.presses("非常满意")
    consultant.presses("服务完成")


def _mistakes(walked: Walk, case_id: int) -> None:
    """A wrong key, wrong bodies, wrong addresses, a deed that is not possible, one that is not allowed, a crash."""
    api, call = "/api/v1", walked.call
    call("GET", f"{api}/me", key=WRONG_KEY)
    call("POST", f"{api}/clients", json={"name": ["MARKBODY"], "phone": "13912345678", "email": "MARKBODY", "x": 1})
    call("POST", f"{api}/clients", content=b'{"name": "MARKBODY', headers={"content-type": "application/json"})
    call("GET", f"{api}/cases/MARKQUERY?state=MARKQUERY")
    call("GET", f"{api}/cases?state=MARKQUERY&cursor=MARKQUERY")
    call("GET", f"{api}/nothing/MARKQUERY?name=MARKQUERY")
    call("POST", f"{api}/cases/{case_id}/advance", json={"transition": "MARKBODY"})
    seen = {"if-match": "*"}
    call("PUT", f"{api}/texts/menu.title/en", json={"words": "MARKBODY {nobody}"}, headers=seen)
    call("POST", f"{api}/cases/{case_id}/notes", json={"text": ""})
    contract_id = call("GET", f"{api}/cases/{case_id}").json()["contract_id"]
    call("POST", f"{api}/contracts/{contract_id}/deposit")
    with crashing(walked.house, "MARKCRASH 13912345678"):
        assert call("POST", f"{api}/cases/{case_id}/notes", json={"text": "MARKNOTE"}).status_code == 500


@contextmanager
def crashing(house: TestHouse, words: str) -> Iterator[None]:
    """A bug of ours whose message quotes what a person said, with a statement behind it as databases have it."""
    handlers: Any = house.banli.bus.wiring.handlers
    before = handlers[AddNote]

    def breaks(*_: object) -> None:
        raise ValueError(f"cannot read '{words}'\n[parameters: ('{words}',)]")

    handlers[AddNote] = breaks
    try:
        yield
    finally:
        handlers[AddNote] = before


def _page(walked: Walk) -> None:
    """The chat's own page, with good words and with what it cannot read."""
    call, house = walked.call, walked.house
    assert call("POST", "/chat/me/api/session?lang=en&code=MARKSESSION").status_code == 200
    say = "/chat/me/api/messages"
    assert call("POST", say, json={"id": "first-one", "text": "MARKPAGE words"}).status_code == 202
    call("POST", say, json={"id": "second-two", "text": {"MARKPAGE": 1}})
    call("POST", say, content=b"MARKPAGE {")
    call("POST", "/chat/me/api/presses", json={"id": "third-three", "token": "MARKPAGE", "message": "MARKPAGE"})
    sent = {"file": ("MARKFILE.jpg", picture(3))}
    call("POST", "/chat/me/api/files", files=sent, data={"id": "fourth-four", "caption": "MARKPAGE"})
    call("POST", "/chat/me/api/language", json=["MARKPAGE"])
    walked.http.cookies.set("banli_chat", "MARKSESSION")
    call("GET", say)
    call("GET", "/upload/MARKSESSION")
    call("GET", "/originals/MARKSESSION")
    house.rest()
    house.people[REVIEWER].says("MARKWORDS 待审")

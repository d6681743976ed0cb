"""docs/api-by-example.md is played as it stands: a new visa product by API calls only, and a chat in between."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.commands.people import IssueApiKey
from tests.files.papers import pdf
from tests.house import Person, TestHouse, open_house

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api-by-example.md"
BLOCK = re.compile(r"^```(call|json|yaml|chat)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWER = re.compile(r"Answer `(\d{3})`(?:; (?P<header>header )?`(?P<place>[\w/]+)` is `\$(?P<name>\w+)`)?")
MENDED = re.compile(r"`\$(\w+)` is `\$(\w+)` with `([^`]+)` for `([^`]+)`")


@dataclass
class Reader:
    """Somebody who does what the page says, line by line."""

    house: TestHouse
    http: Any
    key: str
    client: Person
    names: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    answer: Any = None

    def follow(self, page: str) -> None:
        at = 0
        for block in BLOCK.finditer(page):
            self.between(page[at : block.start()])
            getattr(self, block[1])(block[2])
            at = block.end()
        self.between(page[at:])

    def between(self, prose: str) -> None:
        for name, old, new_words, old_words in MENDED.findall(prose):
            assert self.names[old].count(old_words) == 1
            self.names[name] = self.names[old].replace(old_words, new_words)
        for told in ANSWER.finditer(prose):
            assert self.answer.status_code == int(told[1]), self.answer.text
            if told["name"]:
                self.names[told["name"]] = self._found(told["place"], in_header=bool(told["header"]))

    def yaml(self, source: str) -> None:
        self.names["flow"] = source

    def call(self, block: str) -> None:
        head, _, body = block.partition("\n\n")
        request, *headers = head.strip().splitlines()
        method, path = request.split(" ")
        given = {"authorization": f"Bearer {self.key}"}
        given |= {name: self._filled(value) for name, value in (each.split(": ", 1) for each in headers)}
        sent = {"json": self._meant(json.loads(body))} if body.strip() else {}
        self.answer = self.http.request(method, self._filled(path), headers=given, **sent)
        self.calls += 1
        self.house.rest()

    def json(self, expected: str) -> None:
        assert_holds(self.answer.json(), self._meant(json.loads(expected)))

    def chat(self, lines: str) -> None:
        for line in lines.splitlines():
            verb, words = line.split(" ", 1)
            if verb == "sends":
                self.client.sends(words, pdf(words="passport"))
            elif verb == "says":
                self.client.says(words)
            else:
                assert any(words in each for each in self.client.words), (words, self.client.words)

    def _found(self, place: str, *, in_header: bool) -> str:
        if in_header:
            return str(self.answer.headers[place])
        found = self.answer.json()
        for step in place.split("/"):
            found = found[int(step)] if step.isdigit() else found[step]
        return str(found)

    def _meant(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._meant(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._meant(each) for each in value]
        return self._filled(value) if isinstance(value, str) else value

    def _filled(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.names[found[1]], text)


def assert_holds(found: Any, expected: Any) -> None:
    """Everything that the page shows is there; a list may go on, but an empty one is empty."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert_holds(found[key], value)
    elif isinstance(expected, list):
        assert len(found) >= len(expected), (found, expected)
        assert expected or not found, found
        for each, wanted in zip(found, expected, strict=False):
            assert_holds(each, wanted)
    else:
        assert found == expected


@pytest.mark.row("NC6")
def test_a_new_visa_product_is_built_by_the_calls_of_the_page(database: str, tmp_path: Path) -> None:
    with open_house(database, tmp_path) as house:
        admin = house.staff("管理甲", "admin", "consultant", "supervisor", department=house.department())
        key = str(house.do(IssueApiKey(staff_id=admin.id, name="tutorial")))
        http = TestClient(web(house.banli, loops=False))
        reader = Reader(house, http, key, Person(house, 0, "chat-zhang", "client"))
        reader.names["today"] = house.clock.now().date().isoformat()
        page = PAGE.read_text("utf-8").replace("```http\n", "```call\n")
        reader.follow(page)
        assert reader.calls == page.count("```call\n") == 19
        source = http.get(f"/api/v1/flows/{reader.names['version']}/source", headers={"authorization": f"Bearer {key}"})
        assert source.text == reader.names["mended"]

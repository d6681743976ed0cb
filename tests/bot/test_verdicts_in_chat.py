"""Every verdict there is, as a client reads it: one reply in his language that says what came and what to do (U4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.files.verdicts import VERDICTS, verdict_words
from tests.bot.chat import BOTH, assert_readable, open_case
from tests.house import TestHouse

PARAMS = {"size": 30 * 2**20, "limit": 200, "pages": 300, "width": 20_000, "height": 10_000, "used": 7, "name": "x"}
ALONE = sorted(set(VERDICTS) - {"ok", "not_for_item"})  # the latter is said by the item, with its own sentence


@dataclass
class Verdict:
    """Stands in for the child process, and always finds the same."""

    code: str = "ok"
    limits: FileLimits = field(default_factory=FileLimits)

    def inspect(self, data: bytes) -> Inspected:
        return Inspected(Inspection(len(data), "pdf", self.code, PARAMS))

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture(scope="module")
def judge(agency: TestHouse) -> Iterator[Verdict]:
    made: Any = Verdict()
    before, agency.banli.fetcher._inspector = agency.banli.fetcher._inspector, made
    yield made
    agency.banli.fetcher._inspector = before


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("code", ALONE)
def test_a_refused_file_is_answered_once_with_the_remedy(
    agency: TestHouse, judge: Verdict, code: str, language: str
) -> None:
    judge.code = code
    client = open_case(agency, language)
    client.sends("a.pdf", code.encode())
    *_, told = client.words
    sentence = verdict_words(code, {"seen": "pdf", **PARAMS})[language]
    assert sentence in told
    assert len([each for each in client.words if sentence in each]) == 1
    assert_readable([told])
    assert "{" not in told

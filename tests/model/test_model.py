"""The model check in its short form: the product, played against the reference model, is as the model has it (R15).

`make model` plays more, and with other seeds.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from core.ledger import buttons
from core.store.unit import UnitOfWork
from tests.model import faults
from tests.model.play import Diverged
from tests.model.runs import Spoil, World, Worlds, play_runs
from tests.services.databases import Databases

RUNS = int(os.environ.get("BANLI_TEST_MODEL_RUNS", "16"))  # of each part
PARTS: tuple[World, ...] = ("small", "visas", "small", "visas", "postgres", "small", "visas", "small")
EXPECTED = (
    *("send done", "review done", "fill done", "timer fired", "publish done", "delivered again"),
    "press of another's button",
)


@pytest.fixture(scope="module")
def worlds(databases: Databases) -> Iterator[Worlds]:
    """Prepared once for all parts that this process plays."""
    with Worlds(databases) as prepared:
        yield prepared


def many(seen: Counter[str], *beginnings: str) -> int:
    return sum(count for name, count in seen.items() if name.startswith(beginnings))


@pytest.mark.timeout(900)  # the machine may be busy
@pytest.mark.parametrize("part", range(len(PARTS)))
def test_the_product_is_as_the_model_has_it_whatever_comes_and_dies(worlds: Worlds, part: int) -> None:
    """What a part has seen is counted as well, so that an idle machine does not pass. The floors are low: ids, and with
    them what is drawn from rows, differ from run to run.
    """
    seen = play_runs(worlds, PARTS[part], RUNS, seed=part + 1)
    assert seen["runs"] >= RUNS
    assert seen["steps"] >= 25 * RUNS
    assert many(seen, "died at") > 0, seen
    assert seen["advance done"] + seen["press AdvanceCase done"] >= RUNS // 4, seen
    assert many(seen, "press") - seen["press AdvanceCase done"] >= RUNS // 4, seen
    assert sum(count for name, count in seen.items() if name.endswith(" refused")) >= RUNS // 2, seen
    never = [each for each in EXPECTED if not seen[each]]
    assert len(never) < 2, (never, seen)
    stage = "visa_jp_tourist result" if PARTS[part] == "visas" else "model_probe work"
    assert seen[f"stage {stage}"], seen


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.__name__)
def test_a_product_with_this_fault_is_found_out(worlds: Worlds, fault: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buttons, "spend", buttons.spend)  # as they were, afterwards
    monkeypatch.setattr(buttons, "check_presser", buttons.check_presser)
    monkeypatch.setattr(UnitOfWork, "_rewind", UnitOfWork._rewind)
    with pytest.raises(Diverged):
        play_runs(worlds, "small", 40, seed=3, shrink=False, spoil=fault)

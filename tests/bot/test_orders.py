"""Files, captions, words and undo in random orders: every file ends on an item or in the list that both sides see (U2).

`BANLI_TEST_ORDERS` says how many; `make orders` runs a thousand.
"""

import os
from typing import Any

import pytest

from tests.bot.orders import Glance, open_crowd
from tests.house import TestHouse

ORDERS = int(os.environ.get("BANLI_TEST_ORDERS", "100"))
EACH = 50  # orders of one test: they run side by side
ACTS = 15


@pytest.fixture(scope="module")
def quick(agency: TestHouse) -> TestHouse:
    """The agency without child processes: what a file is stands in it."""
    glance: Any = Glance()
    agency.banli.fetcher._inspector = glance
    return agency


@pytest.mark.parametrize("start", range(0, ORDERS, EACH))
def test_no_file_is_lost_or_doubled_whatever_the_order(quick: TestHouse, start: int) -> None:
    crowd = open_crowd(quick, range(start, min(start + EACH, ORDERS)))
    crowd.run(ACTS)
    assert crowd.faults() == {}
    assert sum(len(order.sent) for order in crowd.orders) > 5 * len(crowd.orders)

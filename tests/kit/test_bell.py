"""Bells: a loop that waits for one can always be ended."""

import asyncio

import pytest

from core.kit.bell import Bell, keep_working

pytestmark = pytest.mark.anyio


async def test_a_loop_that_is_ended_while_it_is_rung_ends() -> None:
    bell, rounds = Bell(), 0

    async def work() -> int:
        nonlocal rounds
        rounds += 1
        return 0

    loop = asyncio.create_task(keep_working(bell, work, 60, "test"))
    while not rounds:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(0)  # the ring is on its way to the loop
    loop.cancel()
    done, _ = await asyncio.wait([loop], timeout=10)
    assert done
    assert loop.cancelled()

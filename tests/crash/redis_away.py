"""The scenario of R4: Redis is emptied, stops and comes back while people speak. It holds nothing but hints."""

import time
from typing import Final

import redis

from core.kit.ids import new_id
from tests.crash.driver import Run
from tests.crash.kinds import Kind
from tests.crash.seen import Seen

EVENTS: Final[tuple[Kind, ...]] = ("text", "page text", "file", "approve")


def redis_away(run: Run) -> Seen:
    """Four times the same events: with Redis, emptied in the middle, stopped (a worker dies meanwhile), back again."""
    seen, server = Seen(), run.lane.redis
    assert server is not None
    waits = []
    for step in ("there", "emptied", "stopped", "back"):
        if step == "stopped":
            server.stop()
        if step == "back":
            server.start()
        desks = [(run.desk(kind), new_id()) for kind in EVENTS]
        posts = [post for desk, _ in desks for post in run.deliveries(desk)]
        began = time.monotonic()
        run.insist(posts[: len(posts) // 2])
        if step == "emptied":
            redis.Redis.from_url(server.url()).flushall()
        if step == "stopped":
            run.lane.processes["worker"].kill()
            run.lane.start("worker")
            seen.kills += 1
        run.insist(posts[len(posts) // 2 :])
        run.rest()
        waits.append(f"{step} {time.monotonic() - began:.2f} s")
        for desk, mark in desks:
            seen.wrong += run.judge(desk, mark, kills=int(step == "stopped"))
        seen.count += len(posts)
    seen.note = "at rest after: " + ", ".join(waits)
    return seen

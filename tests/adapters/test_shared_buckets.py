"""Buckets in Redis: one count for all processes; without an answer each counts for itself, and waits for nobody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from adapters.redis.buckets import PAUSE, SharedBuckets
from core.kit.buckets import Allowance, Draw, OwnBuckets
from tests.services.redis_server import RedisServer

TWO = Allowance(2, 3600)
SECRET = bytes(range(32))


def own() -> OwnBuckets:
    return OwnBuckets(lambda: 0.0)


@pytest.fixture
def pair(redis_url: str) -> Iterator[tuple[SharedBuckets, SharedBuckets]]:
    """Two processes of one house."""
    both = SharedBuckets(redis_url, "a", SECRET, own()), SharedBuckets(redis_url, "a", SECRET, own())
    yield both
    for each in both:
        each.close()


def test_two_processes_count_together(pair: tuple[SharedBuckets, SharedBuckets]) -> None:
    one, other = pair
    assert one.take([Draw("x", TWO)]).left == (1,)
    assert other.take([Draw("x", TWO)]).wait == 0
    refused = one.take([Draw("x", TWO)])
    assert 1790 < refused.wait <= 1800
    assert 0 <= refused.left[0] < 0.1


def test_another_house_has_buckets_of_its_own(pair: tuple[SharedBuckets, SharedBuckets], redis_url: str) -> None:
    pair[0].take([Draw("x", TWO, 2)])
    stranger = SharedBuckets(redis_url, "b", SECRET, own())
    assert stranger.take([Draw("x", TWO, 2)]).wait == 0
    stranger.close()


def test_from_all_or_from_none(pair: tuple[SharedBuckets, SharedBuckets]) -> None:
    one, _ = pair
    one.take([Draw("address", TWO, 2)])
    assert one.take([Draw("visitor", TWO), Draw("address", TWO)]).wait > 0
    assert one.take([Draw("visitor", TWO, 2)]).wait == 0


def test_twenty_at_once_take_no_more_than_there_is(pair: tuple[SharedBuckets, SharedBuckets]) -> None:
    ten = Allowance(10, 36_000)

    def take(number: int) -> bool:
        return pair[number % 2].take([Draw("x", ten)]).wait == 0

    with ThreadPoolExecutor(20) as hands:
        assert sum(hands.map(take, range(60))) == 10


def test_a_bucket_that_would_be_full_again_is_not_kept(
    pair: tuple[SharedBuckets, SharedBuckets], redis_url: str
) -> None:
    pair[0].take([Draw("text:203.0.113.7", Allowance(2, 10))])
    client = redis.Redis.from_url(redis_url)
    (key,) = client.keys("*")
    assert 5_000 < client.pttl(key) <= 6_000
    assert b"203.0.113.7" not in key, "whose it is stays here"
    client.close()


def test_a_redis_that_vanishes_costs_one_question_and_comes_back(spare_redis: RedisServer) -> None:
    moment = [0.0]
    buckets = SharedBuckets(spare_redis.url(), "a", SECRET, own(), lambda: moment[0])
    assert buckets.take([Draw("x", TWO)]).left == (1,)
    spare_redis.stop()
    assert buckets.take([Draw("x", TWO)]).left == (1,), "now this process counts for itself"
    spare_redis.start()
    assert buckets.take([Draw("x", TWO)]).left == (0,), "and asks nobody for a while"
    moment[0] += PAUSE + 1
    assert buckets.take([Draw("x", TWO)]).left == (1,), "an empty Redis knows full buckets"
    buckets.close()

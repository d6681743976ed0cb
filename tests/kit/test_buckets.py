"""Token buckets: all or nothing, full again with time, never more than there are."""

from core.kit.buckets import MOST_BUCKETS, Allowance, Draw, OwnBuckets

ONE, TWO = Allowance(1, 60), Allowance(2, 60)


class Watch:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_bucket_is_emptied_and_fills_again() -> None:
    watch = Watch()
    buckets = OwnBuckets(watch)
    assert [buckets.take([Draw("a", TWO)]).wait for _ in range(3)] == [0, 0, 30]
    watch.seconds += 30
    drawn = buckets.take([Draw("a", TWO)])
    assert (drawn.wait, drawn.left) == (0, (0,))


def test_from_all_or_from_none() -> None:
    buckets = OwnBuckets(Watch())
    buckets.take([Draw("address", ONE)])
    refused = buckets.take([Draw("visitor", TWO), Draw("address", ONE)])
    assert refused.wait == 60
    assert buckets.take([Draw("visitor", TWO, 2)]).wait == 0, "nothing was taken from the visitor's own"


def test_what_costs_more_than_a_full_bucket_empties_it_below_nothing() -> None:
    watch = Watch()
    buckets = OwnBuckets(watch)
    assert buckets.take([Draw("a", TWO, 6)]).left == (-4,)
    assert buckets.take([Draw("a", TWO)]).wait == 150


def test_the_buckets_do_not_grow_without_end() -> None:
    buckets = OwnBuckets(Watch())
    for number in range(MOST_BUCKETS + 50):
        buckets.take([Draw(str(number), ONE)])
    assert len(buckets) == MOST_BUCKETS
    assert buckets.take([Draw("0", ONE)]).wait == 0  # forgotten
    assert buckets.take([Draw(str(MOST_BUCKETS), ONE)]).wait == 60


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    watch = Watch()
    buckets = OwnBuckets(watch)
    buckets.take([Draw("a", TWO, 2)])
    watch.seconds -= 3600
    assert buckets.take([Draw("a", TWO)]).wait == 30
    watch.seconds += 30
    assert buckets.take([Draw("a", TWO)]).wait == 0, "and holds nobody up for the hour"

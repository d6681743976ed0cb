"""The short form of `make fuzz-api`: the API attacked by its own description as an admin, all phases, all checks."""

from tests.admin_api.fuzz import run


def test_nothing_that_the_description_allows_or_forbids_breaks_the_api() -> None:
    told = run(seed=1, cases=1, roles=("visa.admin",))
    assert told.failures == {}
    assert told.cases > 2000
    assert {"examples", "coverage", "fuzzing", "stateful"} <= {name.lower() for name in told.phases}

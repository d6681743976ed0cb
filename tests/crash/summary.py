"""What a results file says, as the table of docs/reliability.md: per scenario and database, then per fail point."""

from collections import defaultdict
from collections.abc import Iterator

from core.kit.fail_points import POINTS
from tests.crash.results import Result, Results


def lines(results: Results) -> Iterator[str]:
    """Markdown."""
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in results.rounds:
        groups[each.scenario, each.database].append(each)
    yield "| scenario | database | rounds | kills | sent again | taken twice | slowest rest, s | violated |"
    yield "|---|---|---|---|---|---|---|---|"
    for (scenario, database), rounds in sorted(groups.items()):
        yield _row(scenario, database, rounds)
    yield _row("all", "both", results.rounds)
    yield ""
    yield _points(results)


def _row(scenario: str, database: str, rounds: list[Result]) -> str:
    kills, again = sum(each.kills for each in rounds), sum(each.resent for each in rounds)
    repeats, slowest = sum(each.repeats for each in rounds), max((each.seconds for each in rounds), default=0.0)
    violated = sum(bool(each.violations) for each in rounds)
    cells = (scenario, database, len(rounds), kills, again, repeats, f"{slowest:.1f}", violated)
    return f"| {' | '.join(map(str, cells))} |"


def _points(results: Results) -> str:
    died: dict[str, int] = dict.fromkeys(POINTS, 0)
    for each in results.rounds:
        if each.kills and each.point:
            died[each.point] += 1
    told = ", ".join(f"{name} {count}" for name, count in died.items())
    second = sum(each.kills - 1 for each in results.rounds if each.point and each.kills > 1)
    missed = sum(not each.kills for each in results.rounds if each.point)
    return (
        f"Deaths at each of the {len(POINTS)} points: {told}. {second} more followed within a second of a restart, "
        f"at whatever point came; in {missed} rounds the point was not reached."
    )

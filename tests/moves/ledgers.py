"""What the ledgers must show after every step: each case of a batch once, and no trace of a failure."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from core.cases.tables import case_event, case_migration
from core.catalog.tables import flow_migration
from core.store.reading import Reader

TROUBLE: Final = """SELECT (SELECT count(*) FROM inbox WHERE state = 'dead' OR attempts > 0)
 + (SELECT count(*) FROM outbox WHERE state IN ('dead', 'lost', 'sending'))
 + (SELECT count(*) FROM errand WHERE state IN ('dead', 'running'))
 + (SELECT count(*) FROM timer WHERE state = 'dead' OR attempts > 0)"""


def batches(reader: Reader) -> Iterator[str]:
    """Every case of a batch goes over once, and back once if at all; one that does not go says why."""
    times = Counter[tuple[int, int, bool]]()
    for event in reader.find(case_event, type="CaseMigrated"):
        times[event["data"]["batch_id"], event["case_id"], event["data"]["undo"]] += 1
    wanted = Counter[tuple[int, int, bool]]()
    for row in reader.find(case_migration):
        wanted[row["batch_id"], row["case_id"], False] += row["state"] in ("moved", "undone", "kept")
        wanted[row["batch_id"], row["case_id"], True] += row["state"] == "undone"
        if row["state"] in ("refused", "kept") and not (row["why"] and row["why"]["zh-CN"] and row["why"]["en"]):
            yield f"case {row['case_id']} of batch {row['batch_id']} is {row['state']} and nobody says why"
    if +times != +wanted:
        yield f"cases went over {dict(times)}, the batches say {dict(wanted)}"


def unfinished(reader: Reader) -> list[str]:
    """Batches that have not come to their end, once nothing waits any more."""
    states = {row["id"]: row["state"] for row in reader.find(flow_migration)}
    left = [f"batch {key} is {state}" for key, state in states.items() if state not in ("listed", "undone")]
    left += [
        f"case {row['case_id']} waits in {row['batch_id']}" for row in reader.find(case_migration, state="waiting")
    ]
    return left


def trouble(reader: Reader) -> Iterator[str]:
    """A handler that raised anything but a refusal leaves a trace in a ledger."""
    if reader.connection.exec_driver_sql(TROUBLE).scalar():
        for table in ("inbox", "outbox", "errand", "timer"):
            query = f"SELECT id, state, error FROM {table} WHERE error IS NOT NULL OR state IN ('dead', 'lost')"
            yield from (f"{table}: {row}" for row in reader.connection.exec_driver_sql(query))

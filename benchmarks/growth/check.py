"""Whether a loaded house could have come about: its rows fit together, and the product opens and reads every kind."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, select, text

from benchmarks.growth.load import Loaded
from bot.app import Banli
from bot.cards.render import render
from core.cases.tables import applicant, case, case_event, document_version, item, stage_span
from core.clients.tables import client, client_identity, consent
from core.contracts.tables import contract
from core.conversations.tables import conversation, message
from core.files.tables import file
from core.kit.db import metadata
from core.ledger import chain
from core.ledger.chain import PURPOSE
from core.ledger.tables import audit, button, inbox, outbox, timer
from core.store.reading import Reader
from core.tasks.tables import task

OPENED: Final = 200  # cases all of whose rows are opened
CHAIN: Final = 20_000  # sealed rows of the audit that are verified, from its end
_OF_CASE: Final = (applicant, item, document_version, case_event, stage_span, button, outbox, timer, task)
_COUNTS: Final = (client, client_identity, consent, contract, case, applicant, conversation)
_NONE: Final = {
    "a case whose version is not the number of its last event": (
        "SELECT count(*) FROM client_case c WHERE c.version <> "
        "(SELECT max(seq) FROM case_event e WHERE e.case_id = c.id)"
    ),
    "an open case that stands in no stage, or in two": (
        "SELECT count(*) FROM client_case c WHERE c.state = 'open' AND (SELECT count(*) FROM stage_span s "
        'WHERE s.case_id = c.id AND s."left" IS NULL AND s.stage = c.stage) <> 1'
    ),
    "a closed case with a timer that waits": (
        "SELECT count(*) FROM timer t JOIN client_case c ON c.id = t.case_id "
        "WHERE t.state = 'waiting' AND c.state = 'closed' AND t.scope <> 'late'"
    ),
    "a version that an item names and that is not its own": (
        "SELECT count(*) FROM item i LEFT JOIN document_version d ON d.id = i.current_id AND d.item_id = i.id "
        "WHERE i.current_id IS NOT NULL AND d.id IS NULL"
    ),
    "a contract whose case is another's": (
        "SELECT count(*) FROM contract k LEFT JOIN client_case c ON c.id = k.case_id AND c.contract_id = k.id "
        "AND c.client_id = k.client_id WHERE c.id IS NULL"
    ),
    "an update that nobody has worked off": "SELECT count(*) FROM inbox WHERE state <> 'done'",
    "a notice that is still on its way": "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')",
}


class Unsound(RuntimeError):
    """The loaded house could not have come about."""


def check(banli: Banli, loaded: Loaded, seed: int) -> int:
    """Raises Unsound with what does not fit. Returns how many rows were opened."""
    with banli.reading.open() as reader:
        for table in _COUNTS:
            _same(f"rows of {table.name}", _count(reader.connection, f"SELECT count(*) FROM {table.name}", table),
                  loaded.cases + (1 + len(loaded.seats) + _leads(loaded) if table is conversation else 0))  # fmt: skip
        for what, question in _NONE.items():
            _same(what, _number(reader.connection, question), 0)
        for what, question in _orphans():
            _same(what, _number(reader.connection, question), 0)
        _verify(reader, banli)
    random, opened = Random(seed), 0
    for n in random.sample(range(loaded.cases), min(OPENED, loaded.cases)):
        with banli.reading.open() as reader:
            opened += _open(banli, reader, n, loaded)
    return opened


def _open(banli: Banli, reader: Reader, n: int, loaded: Loaded) -> int:
    """Every row about client n opens, his case has come a legal way, and his cards show what they should."""
    [row] = reader.find(case, number=f"W-{loaded.now.year}-{n + 1:04}")
    rows = [each for table in _OF_CASE for each in reader.find(table, case_id=row["id"])]
    [person] = reader.find(client, id=row["client_id"])
    [chat] = reader.find(conversation, client_id=person["id"])
    _same("the client's name and chat", (person["name"], chat["chat"]), (f"客户{n}", f"c{n}"))
    rows += [*reader.find(file, client_id=person["id"]), *reader.find(contract, client_id=person["id"])]
    rows += [*reader.find(message, conversation_id=chat["id"]), *reader.find(inbox, conversation=chat["key"])]
    flow = banli.catalogue.compiled(reader, row["flow_version_id"]).flow
    spans = [each["stage"] for each in reader.find(stage_span, case_id=row["id"])]
    steps = {(start, each.to) for each in flow.transitions for start in each.from_stages}
    _same("the first stage", spans[0], flow.initial)
    _same("steps that the flow does not know", [step for step in pairwise(spans) if step not in steps], [])
    _same("the present stage", spans[-1], row["stage"])
    for each in reader.find(outbox, case_id=row["id"]):
        if each["look_at"] is not None and each["copy_of"] is None:
            render(banli.house, reader, each, banli.clock.now())
    return len(rows) + 2


def _verify(reader: Reader, banli: Banli) -> None:
    last = _number(reader.connection, "SELECT max(chain) FROM audit")
    at = max(0, last - CHAIN)
    before = "0" * 64 if at == 0 else reader.rows(select(audit.c.mac).where(audit.c.chain == at))[0]["mac"]
    key, seen = banli.vault.derive(PURPOSE), at
    while rows := reader.rows(select(audit).where(audit.c.chain > seen).order_by(audit.c.chain).limit(5000)):
        for row in rows:
            _same("the audit's chain", (row["chain"], row["mac"]), (seen + 1, chain.seal_of(key, before, row)))
            before, seen = row["mac"], row["chain"]
    _same("rows of the audit in the chain", _number(reader.connection, "SELECT count(*) FROM audit"), last)


def _orphans() -> Iterator[tuple[str, str]]:
    """Every foreign key of the tables that the loader fills."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                parent = key.column.table.name
                yield (
                    f"rows of {table.name} without {parent}",
                    f'SELECT count(*) FROM "{table.name}" a LEFT JOIN "{parent}" b ON b.id = a."{column.name}" '
                    f'WHERE a."{column.name}" IS NOT NULL AND b.id IS NULL',
                )


def _leads(loaded: Loaded) -> int:
    return len({seat.lead_chat for seat in loaded.seats})


def _count(connection: Connection, question: str, _: Any) -> int:
    return _number(connection, question)


def _number(connection: Connection, question: str) -> int:
    return int(connection.execute(text(question)).scalar_one() or 0)


def _same(what: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        raise Unsound(f"{what}: {found!r} instead of {wanted!r}")

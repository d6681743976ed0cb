"""The reference: a message in, a state change, a message out, in raw SQL with two commits and one client = 1.0."""

import time
from dataclasses import dataclass

from benchmarks.raw import Raw

CASES = 1_000
TABLES = (
    "CREATE TABLE inbox (id BIGINT PRIMARY KEY, platform TEXT NOT NULL, msg_id TEXT NOT NULL, chat TEXT NOT NULL,"
    " body TEXT NOT NULL, state TEXT NOT NULL, UNIQUE (platform, msg_id))",
    "CREATE TABLE cases (id BIGINT PRIMARY KEY, stage TEXT NOT NULL, version INTEGER NOT NULL)",
    "CREATE TABLE events (id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,"
    " data TEXT NOT NULL)",
    "CREATE INDEX ix_events_case ON events (case_id, seq)",
    "CREATE TABLE outbox (id BIGINT PRIMARY KEY, dedupe TEXT NOT NULL UNIQUE, chat TEXT NOT NULL,"
    " body TEXT NOT NULL, state TEXT NOT NULL)",
    "CREATE INDEX ix_outbox_open ON outbox (id) WHERE state = 'waiting'",
)
APPEND = "INSERT INTO inbox VALUES (?, 'bench', ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING"
READ = "SELECT stage, version FROM cases WHERE id = ?"
MOVE = "UPDATE cases SET stage = ?, version = version + 1 WHERE id = ? AND version = ?"
TELL = "INSERT INTO events VALUES (?, ?, ?, 'moved', ?)"
ANSWER = "INSERT INTO outbox VALUES (?, ?, ?, ?, 'waiting')"
DONE = "UPDATE inbox SET state = 'done' WHERE id = ?"
BODY = '{"text": "' + "x" * 200 + '"}'


@dataclass(frozen=True, slots=True)
class Speed:
    """Units a second, and seconds of processor time that one unit cost this process."""

    rate: float
    cpu: float


class Reference:
    """The unit on one open connection; its tables live beside those of the product."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._number = 0
        raw.begin()
        for statement in TABLES:
            raw.cursor.execute(statement)
        start = [(number, "stage0", 0) for number in range(CASES)]
        raw.cursor.executemany(self._said("INSERT INTO cases VALUES (?, ?, ?)"), start)
        raw.commit()
        said = (APPEND, READ, MOVE, TELL, ANSWER, DONE)
        self._append, self._read, self._move, self._tell, self._answer, self._done = map(self._said, said)

    def _said(self, statement: str) -> str:
        return statement.replace("?", self._raw.mark)

    def unit(self) -> None:
        raw, number = self._raw, self._number
        cursor, case_id = raw.cursor, number % CASES
        self._number += 1
        raw.begin()
        cursor.execute(self._append, (number, f"m{number}", f"chat{case_id}", BODY))
        raw.commit()
        raw.begin()
        cursor.execute(self._read, (case_id,))
        _, version = cursor.fetchone()
        cursor.execute(self._move, (f"stage{version % 12}", case_id, version))
        if cursor.rowcount != 1:
            raise RuntimeError("the reference lost an update")
        cursor.execute(self._tell, (number, case_id, version + 1, BODY))
        cursor.execute(self._answer, (number, f"a{number}", f"chat{case_id}", BODY))
        cursor.execute(self._done, (number,))
        raw.commit()

    def run(self, seconds: float) -> Speed:
        """For so long."""
        count, started, used = 0, time.perf_counter(), time.process_time()
        while (passed := time.perf_counter() - started) < seconds:
            self.unit()
            count += 1
        return Speed(count / passed, (time.process_time() - used) / count)

"""What has been read: one dict per row, and the answers that the database gave, so that nothing is asked twice."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table

from core.store.answers import Answers
from core.store.asking import Form, Stored, ask, ask_each
from core.store.question import Question, by_id, equals
from core.store.sealing import Row, Sealing

RowKey = tuple[str, int]


class Known:
    """The reads of one transaction. What it has read stays as it was read."""

    def __init__(self, connection: Connection, sealing: Sealing) -> None:
        self.connection = connection
        self.sealing = sealing
        self.rows: dict[RowKey, Row] = {}
        self.answers = Answers()

    def answer(self, question: Question, limit: int | None = None) -> list[Row]:
        """The rows that answer, in the question's order."""
        ids = self.answers.of(question)
        if ids is None:
            return self.asked(question, limit)
        name = question.table.name
        return question.arrange(question.sift(self.rows[name, row_id] for row_id in ids))[:limit]

    def asked(self, question: Question, limit: int | None = None) -> list[Row]:
        """The database's own answer."""
        form, stored = ask(self.connection, question, limit)
        found = [self.opened(question.table, form, each) for each in stored]
        if limit is None or len(found) < limit:
            self.answers.keep(question, [row["id"] for row in found])
        return found

    def preload(self, table: Table, column: str, values: Iterable[Any]) -> list[Row]:
        """The rows whose column is one of these values, asked at once; later questions about them find them here.

        The values are of one type, and none is None.
        """
        name, found, wanted = table.name, list[Row](), []
        for value in sorted(set(values)):
            ids = self.answers.of(equals(table, column, value))
            if ids is None:
                wanted.append(value)
            else:
                found += [self.rows[name, row_id] for row_id in ids]
        if wanted:
            form, stored = ask_each(self.connection, table, column, wanted)
            answers: dict[Any, list[int]] = {value: [] for value in wanted}
            at = form.names.index(column)
            for each in stored:
                found.append(self.opened(table, form, each))
                answers[each[at]].append(each[form.id_at])
            for value, of_value in answers.items():
                self.answers.keep(equals(table, column, value), of_value)
        return found

    def peek(self, table: Table, row_id: int) -> Row | None:
        """The row by id, or None."""
        known = self.rows.get((table.name, row_id))
        if known is not None:
            return known
        form, stored = ask(self.connection, by_id(table, row_id))
        return self.opened(table, form, stored[0]) if stored else None

    def opened(self, table: Table, form: Form, stored: Stored) -> Row:
        """The one dict that stands for this row; a known one is not read again."""
        known = self.rows.get((table.name, stored[form.id_at]))
        return known if known is not None else self.keep(table, form.row(stored))

    def keep(self, table: Table, stored: Row) -> Row:
        """The one dict that stands for this row, personal columns opened."""
        key = (table.name, stored["id"])
        known = self.rows.get(key)
        if known is None:
            known = self.rows[key] = self.sealing.open(table, stored)
        return known

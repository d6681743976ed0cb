"""One row of a table's file put in, written anew or taken out; the rest of the file says what it said."""

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from core.engine.office_table_csv import read_table
from core.engine.pointer import join
from core.kit.errors import Invalid, Problem


def with_row(content: bytes, key: str, cells: Mapping[str, str]) -> bytes:
    """The file with this row: in its place where its key is there, else at the end. ``cells``: by the column's name
    without its type, as text; a column that they do not name is empty.

    UTF-8, as every file that is written here. Raises Invalid for a column that the table does not have, and with every
    mistake of the row, its pointer /cells/<column>. What came of it is kept for a while, as with read_table.
    """
    return _with_row(content, key, tuple(sorted(cells.items())))


@lru_cache(maxsize=4)
def _with_row(content: bytes, key: str, given: tuple[tuple[str, str], ...]) -> bytes:
    cells = dict(given)
    header, rows = _parted(content)
    names = [_name(each) for each in header]
    strange = [each for each in cells if each not in names or each == "key"]
    if strange:
        raise Invalid(problems=[_no_column(each, names) for each in strange])
    row = [key if name == "key" else cells.get(name, "") for name in names]
    place = next((at for at, each in enumerate(rows) if each[names.index("key")] == key), len(rows))
    rows[place : place + 1] = [row]
    file = _written(header, rows)
    try:
        read_table(file)
    except Invalid as invalid:
        before = _written(header, rows[:place]).decode("utf-8")  # a cell may go over several lines
        line = sum(1 for _ in io.StringIO(before, newline="")) + 1
        raise Invalid(problems=[_of_row(each, line) for each in invalid.problems]) from invalid
    return file


@lru_cache(maxsize=4)
def without_row(content: bytes, key: str) -> bytes | None:
    """The file without this row, None where it is not there. Raises Invalid where other rows lie in it."""
    header, rows = _parted(content)
    at = [_name(each) for each in header].index("key")
    kept = [each for each in rows if each[at] != key]
    if len(kept) == len(rows):
        return None
    file = _written(header, kept)
    read_table(file)
    return file


def _parted(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows, every row as long as the header; the file is one that could be read."""
    text = text_of(content)
    parted = max(",;\t", key=text.partition("\n")[0].count)
    lines = [
        [cell.strip() for cell in line]
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=parted)
        if any(cell.strip() for cell in line)
    ]
    header, *rows = lines
    return header, [[*row, *[""] * (len(header) - len(row))] for row in rows]


def text_of(content: bytes) -> str:
    """Of a file that could be read."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _written(header: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    broken = any(
        "\r" in cell for row in rows for cell in row
    )  # which the writer leaves bare, and a row would end there
    quoting: Literal[0, 1] = csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows([header, *rows])
    return out.getvalue().encode("utf-8")


def _name(cell: str) -> str:
    return cell.partition(":")[0].strip()


def _no_column(name: str, names: list[str]) -> Problem:
    known = ", ".join(each for each in names if each != "key")
    words = {"zh-CN": f"没有列 {name[:60]}；可用：{known}", "en": f"there is no column {name[:60]}; known: {known}"}
    return Problem(join("/cells", name), "table.column", words)


def _of_row(problem: Problem, line: int) -> Problem:
    """A mistake of this row stands at its cell; one that it makes in another row stays where it is."""
    at, _, column = problem.pointer.removeprefix("/").partition("/")
    if at != str(line):
        return problem
    pointer = "/key" if column == "key" else f"/cells/{column}" if column else ""
    return Problem(pointer, problem.code, problem.message)

"""A table of the office as CSV: ``key, name.zh-CN, name.en, [parent], <column>:<type> ...``; every mistake at once.

UTF-8 with or without a byte order mark, else GB18030; cells are parted by comma, semicolon or tab, whichever the header
has most of. Money is written as people write it, 1500 or 1500.00, and kept in minor units.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from core.engine.formats import is_decimal
from core.engine.office_table import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, NAME, TYPES, Cell, OfficeTable, TableRow
from core.engine.pointer import join
from core.engine.spec_keys import MAX_KEY
from core.engine.text import LANGUAGES
from core.kit.errors import Invalid, Problem

MOST_NAME: Final = 120  # characters
MOST_TEXT: Final = 500
MOST_TOLD: Final = 200  # mistakes; of a file in which everything is wrong this is enough
_KEY: Final = re.compile(rf"[a-z0-9][a-z0-9_]{{0,{MAX_KEY - 1}}}")
_NAMES: Final = {f"name.{language}": language for language in LANGUAGES}
_FIXED: Final = ("key", *_NAMES, "parent")
_INT: Final = re.compile(r"-?\d{1,15}", re.ASCII)
_MONEY: Final = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
_TRUTH: Final = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}


@lru_cache(maxsize=16)
def read_table(content: bytes) -> OfficeTable:
    """Raises Invalid with every mistake; its pointer is /<line>/<column>, lines count from 1 and include the header.

    What was read is kept for a while: a door reads it before the writer has to.
    """
    reading = _Reading()
    text = reading.text(content)
    rows = list(reading.lines(text)) if not reading.problems else []
    if not rows and not reading.problems:
        reading.tell(1, "", "empty", "文件是空的", "the file is empty")
    columns = reading.header(*rows[0]) if rows and not reading.problems else []
    table = reading.table(columns, rows[1:]) if columns else None
    if reading.problems or table is None:
        raise Invalid("the table cannot be read", problems=reading.told())
    return table


@dataclass(slots=True)
class _Reading:
    """One reading: collects the mistakes."""

    problems: list[Problem] = field(default_factory=list)

    def tell(self, line: int, column: str, code: str, zh: str, en: str) -> None:
        where = (f"，列 {column}", f", column {column}") if column else ("", "")
        words = {"zh-CN": f"第 {line} 行{where[0]}：{zh}", "en": f"line {line}{where[1]}: {en}"}
        self.problems.append(Problem(join("", line, column) if column else join("", line), f"table.{code}", words))

    def told(self) -> list[Problem]:
        """So many that somebody reads them, and how many more there are."""
        more = len(self.problems) - MOST_TOLD
        if more <= 0:
            return self.problems
        words = {"zh-CN": f"另有 {more} 处错误未列出", "en": f"and {more} more mistakes"}
        return [*self.problems[:MOST_TOLD], Problem("", "table.more", words)]

    def text(self, content: bytes) -> str:
        if len(content) > MOST_BYTES:
            zh, en = f"文件超过 {MOST_BYTES // 1024} KiB", f"the file has more than {MOST_BYTES // 1024} KiB"
            self.tell(1, "", "size", zh, en)
            return ""
        if b"\0" in content:
            self.tell(
                1, "", "encoding", "包含 NUL 字符：须为 UTF-8 或 GB18030 编码的文本", "it holds NUL characters: no text"
            )
            return ""
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        self.tell(1, "", "encoding", "须为 UTF-8 或 GB18030 编码", "it must be UTF-8 or GB18030")
        return ""

    def lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The number of the line where each row begins, and its cells; empty lines are left out."""
        first = text.partition("\n")[0]
        parted = max(",;\t", key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True)
        begins = 1
        try:
            for cells in rows:
                if any(each.strip() for each in cells):
                    yield begins, [each.strip() for each in cells]
                begins = rows.line_num + 1
        except csv.Error as error:
            self.tell(begins, "", "csv", f"不是有效的 CSV：{error}", f"it is no CSV: {error}")

    def header(self, line: int, cells: list[str]) -> list[tuple[str, str]]:
        """Name and type of every column, type empty for the fixed ones; nothing if the header is wrong."""
        before = len(self.problems)
        found: list[tuple[str, str]] = []
        for cell in cells:
            name, _, kind = cell.partition(":")
            name, kind = name.strip(), kind.strip().lower()
            fixed = name if not kind and name in _FIXED else None
            if fixed is None and (not NAME.fullmatch(name) or name in _FIXED or kind not in TYPES):
                known, types = ", ".join(_FIXED), " ".join(TYPES)
                zh = f"列应为 {known}，或 <列名>:<类型>（列名用小写字母、数字和 _；类型：{types}）"
                en = f"a column is {known}, or <name>:<type> (a-z, 0-9 and _; types: {types})"
                self.tell(line, cell or "?", "header", zh, en)
            if name in [each for each, _ in found]:
                self.tell(line, name, "twice", "此列出现了两次", "this column stands twice")
            found.append((name, kind))
        names = [name for name, _ in found]
        if "key" not in names:
            self.tell(line, "key", "header", "缺少 key 列", "there is no column key")
        if not set(_NAMES) & set(names):
            self.tell(line, "name.zh-CN", "header", "缺少 name.zh-CN 或 name.en 列", "there is no column name.zh-CN")
        if len(found) > MOST_COLUMNS:
            self.tell(line, "", "columns", f"最多 {MOST_COLUMNS} 列", f"at most {MOST_COLUMNS} columns")
        return found if len(self.problems) == before else []

    def table(self, columns: list[tuple[str, str]], lines: list[tuple[int, list[str]]]) -> OfficeTable:
        rows: dict[str, TableRow] = {}
        places: dict[str, int] = {}
        if not lines:
            self.tell(1, "", "empty", "没有任何数据行", "there are no rows")
        if len(lines) > MOST_ROWS:
            self.tell(lines[MOST_ROWS][0], "", "rows", f"最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows")
            lines = lines[:MOST_ROWS]
        for line, cells in lines:
            if len(cells) > len(columns):
                self.tell(line, "", "cells", "这一行的列数比标题多", "this line has more cells than the header")
                continue
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            row = self.row(line, columns, padded)
            if row.key in rows:
                said = f"键 {row.key} 在第 {places[row.key]} 行已有", f"key {row.key} stands on line {places[row.key]}"
                self.tell(line, "key", "twice", *said)
            else:
                rows[row.key], places[row.key] = row, line
        self.parents(rows, places)
        types = {name: kind for name, kind in columns if kind}
        return OfficeTable(types, rows, "parent" in dict(columns))  # type: ignore[arg-type]  # kinds of the header

    def row(self, line: int, columns: list[tuple[str, str]], cells: list[str]) -> TableRow:
        values = dict(zip((name for name, _ in columns), cells, strict=True))
        key = values["key"]
        if not _KEY.fullmatch(key):
            zh = f"键“{key[:60]}”只能用小写字母、数字和下划线，不超过 {MAX_KEY} 个字符"
            self.tell(line, "key", "key", zh, f'the key "{key[:60]}" may hold a-z, 0-9 and _, at most {MAX_KEY}')
        names = {language: values[column] for column, language in _NAMES.items() if values.get(column)}
        for column, language in _NAMES.items():
            if len(names.get(language, "")) > MOST_NAME:
                self.tell(
                    line, column, "name", f"名称最多 {MOST_NAME} 字", f"a name has at most {MOST_NAME} characters"
                )
        if not names:
            self.tell(line, "name.zh-CN", "name", "缺少名称", "it has no name")
        typed = {name: self.cell(line, name, kind, values[name]) for name, kind in columns if kind}
        whole = {language: names.get(language) or next(iter(names.values()), key) for language in LANGUAGES}
        return TableRow(key, whole, values.get("parent") or None, typed)

    def cell(self, line: int, column: str, kind: str, text: str) -> Cell:
        if not text:
            return None
        found = _CELLS[kind](text)
        if found is None:
            zh, en = _WANTED[kind]
            self.tell(line, column, "value", f"“{text[:60]}”应为{zh}", f'"{text[:60]}" must be {en}')
        return found

    def parents(self, rows: Mapping[str, TableRow], places: Mapping[str, int]) -> None:
        """Every parent is there, and no row lies in itself."""
        good: set[str] = set()
        for key, row in rows.items():
            if row.parent is not None and row.parent not in rows:
                zh, en = f"没有键为 {row.parent[:60]} 的行", f"there is no row with the key {row.parent[:60]}"
                self.tell(places[key], "parent", "parent", zh, en)
            walked: list[str] = []
            at: str | None = key
            while at is not None and at in rows and at not in good and at not in walked:
                walked.append(at)
                at = rows[at].parent
            if at == key and at in walked:
                self.tell(places[key], "parent", "circle", "此行位于自身之下", "this row lies in itself")
            elif at not in walked:
                good.update(walked)


def _money(text: str) -> Cell:
    amount = _MONEY.fullmatch(text)
    if amount is None:
        return None
    minor = int(amount[2]) * 100 + int((amount[3] or "0").ljust(2, "0"))
    return -minor if amount[1] else minor


def _day(text: str) -> Cell:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


_CELLS: Final[Mapping[str, Callable[[str], Cell]]] = {
    "text": lambda text: text if len(text) <= MOST_TEXT else None,
    "int": lambda text: int(text) if _INT.fullmatch(text) else None,
    "money": _money,
    "decimal": lambda text: text if is_decimal(text) else None,
    "date": _day,
    "bool": lambda text: _TRUTH.get(text.lower()),
}
_WANTED: Final = {
    "text": (f"最多 {MOST_TEXT} 字的文本", f"a text of at most {MOST_TEXT} characters"),
    "int": ("整数", "a whole number"),
    "money": ("金额，如 1500 或 1500.00", "an amount such as 1500 or 1500.00"),
    "decimal": ("数字，如 0.25", "a number such as 0.25"),
    "date": ("日期，如 2026-05-01", "a date such as 2026-05-01"),
    "bool": ("true 或 false（是/否）", "true or false"),
}

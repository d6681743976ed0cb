"""What the CEL library reports about a source or a run, told to authors and readers in words of ours."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.engine.text import Words

_TYPE_WORDS = {
    "int": ("整数", "whole number"),
    "double": ("小数", "decimal"),
    "string": ("文本", "text"),
    "bool": ("是/否", "yes/no"),
    "list(string)": ("列表", "list"),
    "timestamp": ("时间", "time"),
    "google.protobuf.Timestamp": ("时间", "time"),
    "duration": ("时长", "duration"),
    "google.protobuf.Duration": ("时长", "duration"),
    "null_type": ("空值", "null"),
}
_RUN_WORDS = (
    ("divide by zero", "除数为零", "division by zero"),
    ("modulus by zero", "除数为零", "division by zero"),
    ("budget", "计算量过大", "too much work"),
    ("overflow", "数值过大", "a number is too large"),
)
_ABSENT = "No value with name"
_ISSUE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '(.*)'")
_EXCERPT = 200  # characters of the library's own words that are shown where we have none


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with a source: line and column from 1, and what to do about it."""

    line: int
    column: int
    code: str
    words: Words


class CelRejected(Exception):
    """The source is no condition over these facts; ``issues`` names all that was found."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("; ".join(f"{issue.line}:{issue.column} {issue.words['en']}" for issue in issues))
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Failure:
    """There is no answer. ``absent``: because a fact is missing. ``words`` say why without showing any value."""

    words: Words
    absent: bool = False


def issue(line: int, column: int, code: str, zh: str, en: str) -> Issue:
    return Issue(line, column, code, {"zh-CN": zh, "en": en})


def failure_of(message: str) -> Failure:
    """Why a run had no answer. The library's own text is not passed on: it may quote a client's value."""
    if _ABSENT in message:
        return Failure({"zh-CN": "有字段未填写", "en": "a fact is not filled in"}, absent=True)
    for sign, zh, en in _RUN_WORDS:
        if sign in message:
            return Failure({"zh-CN": zh, "en": en})
    return Failure({"zh-CN": "无法计算", "en": "it cannot be worked out"})


def issues_of(message: str, names: Iterable[str]) -> list[Issue]:
    """The compiler's report, without what is only the consequence of another mistake."""
    known = list(names)
    found = [
        _explain(int(line), int(column), text, known)
        for line, column, text in _ISSUE.findall(message)
        if "*error*" not in text
    ]
    if found:
        return found
    if "recursion limit" in message:
        return [issue(1, 1, "too_deep", "嵌套过深，请拆成几条", "nested too deeply; split it into several clauses")]
    return [_unknown(1, 1, message)]


def _explain(line: int, column: int, text: str, names: list[str]) -> Issue:
    if match := _UNDECLARED.match(text):
        zh, en = did_you_mean(match[1], names)
        zh, en = f"没有名为 {match[1]} 的字段{zh}", f"there is no fact {match[1]}{en}"
        return issue(line, column, "undeclared", zh, en)
    if match := _OVERLOAD.match(text):
        return _explain_types(line, column, match[1].strip("_").replace("_", " ") or match[1], match[2])
    if text.startswith("Syntax error"):
        text = text.split(" expecting ")[0].removeprefix("Syntax error: ")[:_EXCERPT]
        return issue(line, column, "syntax", f"语法错误：{text}", f"syntax error: {text}")
    return _unknown(line, column, text)


def did_you_mean(name: str, names: Iterable[str]) -> tuple[str, str]:
    """The end of a sentence about an unknown name, in Chinese and English; empty if nothing is like it."""
    close = difflib.get_close_matches(name, names, n=1)
    return (f"，是否想写 {close[0]}？", f"; did you mean {close[0]}?") if close else ("", "")


def _explain_types(line: int, column: int, operator: str, applied: str) -> Issue:
    kinds = [applied] if "list(" in applied else applied.strip("()").split(", ")
    if {"int", "double"} <= set(kinds):
        zh = f"整数与小数不能用 {operator} 混算：整数字段写 2，小数字段写 2.0，金额写整数分；或用 double() 转换"
        en = (
            f"a whole number and a decimal do not mix in {operator}: write 2 for a whole number field, 2.0 for a"
            " decimal one, money as whole minor units; or convert with double()"
        )
        return issue(line, column, "number_mix", zh, en)
    zh = "、".join(_TYPE_WORDS.get(kind, (kind, kind))[0] for kind in kinds)
    en = ", ".join(_TYPE_WORDS.get(kind, (kind, kind))[1] for kind in kinds)
    return issue(line, column, "types", f"{operator} 不能用于（{zh}）", f"{operator} does not work on ({en})")


def _unknown(line: int, column: int, text: str) -> Issue:
    shown = text[:_EXCERPT]
    return issue(line, column, "refused", f"无法编译：{shown}", f"does not compile: {shown}")

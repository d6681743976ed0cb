"""Rules that wait are those of the case's version, for what they hang on now; none is forgotten, none is left over."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.cases.anchors import anchor_of
from core.cases.tables import rule_course
from core.engine.calendar import WorkingCalendar
from core.engine.flow import Flow, Rule
from core.engine.moments import Anchor, steps
from core.ledger.tables import timer
from core.store.reading import Reader
from core.store.sealing import Row


def rule_timers(
    reader: Reader, cases: Mapping[int, Row], flows: Mapping[int, Flow], calendars: Any, now: datetime
) -> Iterator[str]:
    """`flows`: of each case, the version that it is on."""
    rows = reader.find(timer, timer.c.key.startswith("rule:"), timer.c.state != "cancelled")
    courses = {(each["case_id"], each["rule"]): each for each in reader.find(rule_course)}
    for row in cases.values():
        flow, calendar = flows[row["id"]], calendars.of(reader, flows[row["id"]].calendar)
        mine = {each["key"]: each for each in rows if each["case_id"] == row["id"]}
        waits = {key: each for key, each in mine.items() if each["state"] == "waiting"}
        possible, due = dict[str, set[datetime]](), dict[str, datetime]()
        for rule in flow.rules:
            if (anchor := _anchor(rule, flow, row, calendar)) is None:
                continue
            key = f"rule:{row['id']}:{rule.key}:{anchor.text}"
            found = _moments(rule, anchor, calendar, courses.get((row["id"], rule.key)), now)
            if found:
                possible[key] = {found[0]}
                if key not in mine or _has_course(rule):
                    due[key] = found[0]
        for key, each in waits.items():
            if each["due"] not in possible.get(key, ()):
                yield f"case {row['id']}: {key} waits until {each['due']}, its version wants {possible}"
        if missing := due.keys() - mine.keys():
            yield f"case {row['id']}: {missing} were not planned"
    yield from _papers(reader, cases, flows)


def _anchor(rule: Rule, flow: Flow, row: Row, calendar: WorkingCalendar) -> Anchor | None:
    """What it hangs on, if it may act while the case is where it is."""
    at = rule.at
    if at is None or (at.in_stages and row["stage"] not in at.in_stages):
        return None
    if row["state"] != "open" and not at.after_end:
        return None
    return anchor_of(at, flow, row, None, calendar)


def _has_course(rule: Rule) -> bool:
    return rule.at is not None and bool(rule.at.offsets or rule.at.every or rule.at.until)


def _moments(rule: Rule, anchor: Anchor, calendar: WorkingCalendar, kept: Row | None, now: datetime) -> list[datetime]:
    """Its moments that are still to come, the earliest first; none of a rule that was stopped."""
    assert rule.at is not None
    done: list[str] = []
    if kept is not None and _has_course(rule):
        hung = (anchor.stay or anchor.text)[:60]
        if kept["stopped_at"] is not None and (not rule.at.again or kept["stopped_for"] == hung):
            return []
        done = kept["done"] if kept["stay"] == anchor.stay else []
    return [when for _, when in steps(rule.at, anchor, calendar, done) if when > now]


def _papers(reader: Reader, cases: Mapping[int, Row], flows: Mapping[int, Flow]) -> Iterator[str]:
    """A case of a version in which nothing lapses waits for no such day."""
    for each in reader.find(timer, timer.c.key.startswith("papers:"), state="waiting"):
        row = cases[each["case_id"]]
        if row["state"] == "open" and all(item.lapses_before is None for item in flows[row["id"]].items):
            yield f"case {row['id']} waits for a paper to lapse and its version knows none that does"

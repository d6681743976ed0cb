"""Which case was started by which: how a case and its children find each other, and the facts that follow."""

from collections.abc import Mapping

from core.cases.tables import case, case_link
from core.engine.access import Actor
from core.store.reading import Dated, Lookup
from core.store.sealing import Row


def link_of(lookup: Lookup, case_id: int) -> Row | None:
    """How this case was started by another one; None for one that began by itself."""
    return lookup.first(case_link, case_id=case_id)


def links_of(lookup: Lookup, case_id: int) -> list[Row]:
    """The case's children, oldest first."""
    return lookup.find(case_link, parent_id=case_id)


def children_of(lookup: Lookup, case_id: int) -> list[tuple[Row, Row]]:
    """The children with how they were started, oldest first: (link, case)."""
    found = [(link, lookup.peek(case, link["case_id"])) for link in links_of(lookup, case_id)]
    return [(link, row) for link, row in found if row is not None]


def head_of(lookup: Lookup, row: Row) -> Row:
    """The case under which a client sees this one: the one that started it, and so on upwards, while that is open."""
    while (link := link_of(lookup, row["id"])) is not None:
        parent = lookup.peek(case, link["parent_id"])
        if parent is None or parent["state"] != "open":
            break
        row = parent
    return row


def children_facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``children.<key>.total``, ``.open``, ``.closed``, and the lists ``.outcomes`` and ``.stages``: one entry for each
    child that has one."""
    there = children_of(lookup, row["id"])
    found: dict[str, object] = {}
    for name in names:
        _, key, asked = name.split(".")
        mine = [child for link, child in there if link["key"] == key]
        opened = sum(1 for each in mine if each["state"] == "open")
        found[name] = {
            "total": len(mine),
            "open": opened,
            "closed": len(mine) - opened,
            "outcomes": [each["outcome"] for each in mine if each["outcome"] is not None],
            "stages": [each["stage"] for each in mine],
        }[asked]
    return found


def parent_facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``parent.stage`` and ``parent.outcome``; nothing for a case that began by itself."""
    link = link_of(lookup, row["id"])
    parent = None if link is None else lookup.peek(case, link["parent_id"])
    return {} if parent is None else {name: parent[name.removeprefix("parent.")] for name in names}

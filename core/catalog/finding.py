"""Which flow a case is handled by, found by what the flows say about themselves in their ``meta``."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.kit.errors import Invalid, Problem
from core.store.sealing import Row

MOST_NAMED: Final = 20  # flows that a sentence names


def has(meta: Mapping[str, str], wanted: Mapping[str, str | None]) -> bool:
    """Whether a flow's ``meta`` says all that is wanted; upper and lower case are the same."""
    return all(value is None or meta.get(name, "").lower() == value.lower() for name, value in wanted.items())


def key_by_meta(newest: Sequence[Row], wanted: Mapping[str, str]) -> str:
    """Key of the one flow that says all of this about itself, of several the one that says nothing else.

    ``newest`` are the newest versions (``Catalogue.newest``), ``wanted`` such as ``{"country": "GB", "level":
    "master"}``. Raises Invalid, with the flows that come nearest, where there is none or more than one.
    """
    fitting = [row for row in newest if has(row["meta"], wanted)]
    exact = [row for row in fitting if len(row["meta"]) == len(wanted)]
    if len(found := exact if len(exact) == 1 else fitting) == 1:
        return str(found[0]["flow"])
    if fitting:
        names = _some([str(row["flow"]) for row in fitting], ", ")
        words = {
            "zh-CN": f"有多个流程符合：{names}。请补充条件，或直接写明 flow",
            "en": f"several flows fit: {names}; say more, or name one in flow",
        }
        raise Invalid(problems=[Problem("/meta", "flow.meta_several", words)])
    known = _some([f"{row['flow']} ({_said(row['meta'])})" for row in newest], "; ")
    words = {
        "zh-CN": f"没有流程符合 {_said(wanted)}。已发布：{known or '无'}",
        "en": f"no flow is for {_said(wanted)}; published: {known or 'none'}",
    }
    raise Invalid(problems=[Problem("/meta", "flow.meta_none", words)])


def _some(named: Sequence[str], joint: str) -> str:
    return joint.join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else "")


def _said(meta: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in meta.items())

"""Answers to a question of a form that can be tapped."""

from collections.abc import Sequence
from typing import Any

from core.commands.cases import SetFields
from core.engine.flow import Flow
from core.kit.words import said
from core.ledger.buttons import offer

_YES, _NO = said("button.yes"), said("button.no")


def yes_or_no(flow: Flow, case_id: int, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Two buttons if the first of the fields, the one that is asked for, is a yes or no. ``fields``: keys."""
    if not fields or flow.field(fields[0]).type != "bool":
        return []
    return [
        offer(SetFields(case_id=case_id, fields={fields[0]: value}), label)
        for value, label in ((True, _YES), (False, _NO))
    ]

"""Is the figure on the document high enough? The reviewer reads it and confirms."""

from core.engine.spec_checks import AmountMin
from core.files.checks.finding import Finding, by_eye
from core.files.checks.seen import Seen


def amount_min(wanted: AmountMin, seen: Seen) -> Finding:
    known = seen.facts.get(f"case.{wanted.amount}", wanted.amount)
    figure = f"{known} {wanted.currency}".strip()
    name = {"zh-CN": f"金额不低于 {figure}", "en": f"the figure is at least {figure}"}
    return by_eye(wanted.kind, name, seen.ticks, {"amount": str(known)})

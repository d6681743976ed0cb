"""Did the balance stay high enough for so many days? The reviewer reads the statement and confirms."""

from core.engine.spec_checks import HeldDays
from core.files.checks.finding import Finding, by_eye
from core.files.checks.seen import Seen


def held_days(wanted: HeldDays, seen: Seen) -> Finding:
    known = seen.facts.get(f"case.{wanted.amount}", wanted.amount)
    name = {
        "zh-CN": f"连续 {wanted.days} 天余额不低于 {known}",
        "en": f"the balance never fell below {known} for {wanted.days} days",
    }
    return by_eye(wanted.kind, name, seen.ticks, {"amount": str(known), "days": wanted.days})

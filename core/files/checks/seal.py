"""Is the seal there? No machine here can tell: the reviewer must tick it."""

from core.engine.spec_checks import Seal
from core.files.checks.finding import Finding, by_eye
from core.files.checks.seen import Seen


def seal(wanted: Seal, seen: Seen) -> Finding:
    return by_eye(
        wanted.kind,
        {"zh-CN": "公章清晰、名称相符", "en": "the seal is there and names the right body"},
        seen.ticks,
    )

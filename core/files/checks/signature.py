"""Is it signed? No machine here can tell: the reviewer must tick it."""

from core.engine.spec_checks import Signature
from core.files.checks.finding import Finding, by_eye
from core.files.checks.seen import Seen


def signature(wanted: Signature, seen: Seen) -> Finding:
    return by_eye(wanted.kind, {"zh-CN": "本人已签名", "en": "it is signed by the person"}, seen.ticks)

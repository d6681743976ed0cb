"""Is the picture sharp enough to be read? See `core.files.measure.sharpness` for the scale."""

from core.engine.spec_checks import Sharp
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_NAME = {"zh-CN": "清晰度", "en": "Sharpness"}


def sharp(wanted: Sharp, seen: Seen) -> Finding:
    value = seen.inspection.sharpness
    if value is None:
        return not_run(wanted.kind, _NAME, {"zh-CN": "这种文件无法测量", "en": "cannot be measured for this kind"})
    if seen.inspection.kind == "pdf" and seen.inspection.text:
        return finding(wanted.kind, "ok", "电子文档，文字清晰", "An electronic document with a text layer")
    if value < wanted.reject:
        return finding(
            wanted.kind,
            "fail",
            f"图片模糊（清晰度 {value:g}），建议重拍",
            f"Blurred (sharpness {value:g}): a new photo would be better",
            sharpness=value,
        )
    if value < wanted.warn:
        return finding(
            wanted.kind,
            "warn",
            f"图片可能不够清晰（清晰度 {value:g}），请确认文字能看清",
            f"May not be sharp enough (sharpness {value:g}): check that it can be read",
            sharpness=value,
        )
    return finding(wanted.kind, "ok", "图片清晰", "Sharp", sharpness=value)

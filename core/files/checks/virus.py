"""Was the file looked through for viruses? A file in which something was found never gets as far as a card."""

from collections.abc import Mapping
from typing import Final

from core.files.checks.finding import Finding, finding, not_run
from core.files.scan import CLEAN

CHECK: Final = "file.virus"
_NAME: Final = {"zh-CN": "病毒检查", "en": "Virus check"}
_OFF: Final = {"zh-CN": "未启用", "en": "switched off"}


def virus(inspection: Mapping[str, object]) -> Finding:
    if inspection.get("virus_check") == CLEAN:
        return finding(CHECK, "ok", "病毒检查：未发现病毒", "Virus check: nothing found")
    return not_run(CHECK, _NAME, _OFF)

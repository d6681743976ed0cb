"""Under which licence each shipped library stands, and whether it may: read from what is installed.

`python -m scripts.licences` lists them; exit code 1 when one is not allowed. A permissive licence is; so is the LGPL
for a library that is used unchanged. Whatever else is shipped is named below with its reason.
"""

import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parent.parent / "requirements.lock"
# fmt: off
ALLOWED: Final = frozenset({
    "MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC", "PSF-2.0", "Zlib",
    "CC0-1.0", "LGPL-3.0-only",
})
# fmt: on
_CLASSIFIERS: Final = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_MPL: Final = "used unchanged: the MPL asks for the source of its own files only, which the package index has"
EXCEPTIONS: Final = {
    "certifi": _MPL,
    "orjson": _MPL,
    "pathspec": f"{_MPL}; part of the build only",
    "pypdfium2": "BSD-3-Clause and Apache-2.0, with the permissive licences of what PDFium itself is made of",
}
ELSEWHERE: Final = {"async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause"}
"""Locked for other systems or versions of Python, so not installed here: as their packages say."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of the lock: a name, a version, and when it is installed (empty: always)."""

    name: str
    version: str
    marker: str


@dataclass(frozen=True, slots=True)
class Licence:
    """What a library says of itself: an SPDX expression, or its own words where it has none."""

    name: str
    said: str
    allowed: bool
    why: str = ""


def locked(text: str | None = None) -> list[Locked]:
    """Every line of requirements.lock, in its order."""
    found = re.finditer(
        r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", text or LOCK.read_text("utf-8"), re.MULTILINE
    )
    return [Locked(each[1], each[2], (each[3] or "").strip()) for each in found]


def licences(names: list[str] | None = None) -> list[Licence]:
    """Of every shipped library, once. Raises LookupError for one that is not installed and not named above."""
    return [_judge(name, _said(name)) for name in names or sorted({each.name for each in locked()})]


def _said(name: str) -> str:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        raise LookupError(f"{name} is locked and not installed: name its licence in scripts/licences.py") from None
    if expression := about.get_all("License-Expression"):
        return str(expression[0])
    classes = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or [] if each.startswith("License")]
    known = [_CLASSIFIERS.get(each, each) for each in classes]
    return " OR ".join(known) if known else str((about.get_all("License") or ["unknown"])[0]).strip()[:100]


def _judge(name: str, said: str) -> Licence:
    if name in EXCEPTIONS:
        return Licence(name, said, True, EXCEPTIONS[name])
    return Licence(name, said, allows(said))


def allows(expression: str) -> bool:
    """Whether an SPDX expression can be met: every part of an AND, one part of an OR. Unknown words never are."""
    inner = re.search(r"\(([^()]*)\)", expression)
    if inner is not None:
        met = "MIT" if allows(inner[1]) else "not-allowed"
        return allows(expression[: inner.start()] + met + expression[inner.end() :])
    if " OR " in expression:
        return any(allows(part) for part in expression.split(" OR "))
    return all(part.strip() in ALLOWED for part in expression.split(" AND "))


def main() -> int:
    found = licences()
    for each in found:
        mark = "  " if each.allowed else "NO"
        print(f"{mark} {each.name:<24} {each.said}" + (f"  ({each.why})" if each.why else ""))
    return 0 if all(each.allowed for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What was found out about one file by opening it in the child process: measures, marks and the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter

from core.files.sniff import FileKind
from core.files.verdicts import OK, SEEN, Words, verdict_params, verdict_words
from core.kit.words import said


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts about a file. ``verdict`` is "ok" or why it is refused; then the other fields may be empty.

    ``sharpness`` is the spread of a Laplacian (see `core.files.measure`); ``background`` the lightness (0
    black to 1 white) along the upper edges of a picture and ``background_spread`` its standard deviation.
    """

    size: int  # bytes
    seen: str  # a FileKind, or what came instead, as in `verdicts.SEEN`
    verdict: str = OK
    params: Mapping[str, object] = field(default_factory=dict)  # of the verdict's sentence
    kind: FileKind | None = None
    pages: int | None = None
    encrypted: bool = False
    width: int | None = None  # pixels, as a person sees it: after the camera's rotation
    height: int | None = None
    text: str = ""  # the text layer of a PDF or docx, cut at the limit; personal data
    sharpness: float | None = None
    background: float | None = None
    background_spread: float | None = None
    background_tint: float | None = None  # 0 grey to 1 a pure colour
    marks: tuple[str, ...] = ()  # see MARKS
    virus_check: str = ""  # "clean" when a scanner said so, empty when none was asked

    @property
    def ok(self) -> bool:
        return self.verdict == OK

    @property
    def words(self) -> Words:
        """The verdict as a sentence."""
        return verdict_words(self.verdict, {"seen": self.seen, **self.params})

    def say(self) -> dict[str, Any]:
        """The verdict as a sentence of the catalogue, which an agency may reword."""
        seen = self.seen if self.seen in SEEN else "unknown"
        params = verdict_params(self.params) | {"seen": said(f"file_kind.{seen}")}
        return said(f"unusable.{self.verdict}", **params)

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @staticmethod
    def from_json(value: object) -> "Inspection":
        """Raises pydantic's ValidationError for anything that `to_json` does not write."""
        return _SHAPE.validate_python(value)


_SHAPE = TypeAdapter(Inspection)


def together(files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One inspection of several files that make one document: all pages, all words, the least sharp picture; size and
    measures are those of the first file. At least one file."""
    first = dict(files[0])
    if len(files) == 1:
        return first
    sharp = [each["sharpness"] for each in files if each.get("sharpness") is not None]
    return first | {
        "pages": sum(each.get("pages") or 1 for each in files),
        "text": "\n".join(str(each["text"]) for each in files if each.get("text")),
        "encrypted": any(each.get("encrypted") for each in files),
        "sharpness": min(sharp) if sharp else None,
        "marks": sorted({mark for each in files for mark in each.get("marks", ())}),
    }


@dataclass(frozen=True, slots=True)
class Inspected:
    """An inspection with the preview: a PNG of page 1 without any metadata, or None where there is nothing
    to show."""

    inspection: Inspection
    preview: bytes | None = None


MARKS: Mapping[str, Words] = {
    "script": {
        "zh-CN": "文件内含脚本（常见于官方可填写表格），请只看预览或用不执行脚本的阅读器打开。",
        "en": "The file carries scripts (official fillable forms often do): look at the preview, or open "
        "it with a reader that does not run them.",
    },
    "attachment": {
        "zh-CN": "文件内嵌有其他文件，未作检查，请勿打开内嵌文件。",
        "en": "Other files are embedded in it; they were not checked, please do not open them.",
    },
    "unscanned": {
        "zh-CN": "文件结构不规范，未能查明是否含脚本或附件，请只看预览。",
        "en": "Its structure is irregular, so scripts or attachments could not be looked for: use the preview only.",
    },
    "more_pictures": {
        "zh-CN": "文件里有多张图片，预览只显示第一张。",
        "en": "The file holds several pictures; the preview shows the first one.",
    },
}
"""What a reviewer is told about a file that was taken."""

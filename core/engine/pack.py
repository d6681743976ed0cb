"""A pack: flows with stories, own texts, calendars and tables in one file, with a manifest that has the hash of each.

The file is a zip; written again from the same content it is the same to the byte.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.engine.pointer import join
from core.kit.errors import Invalid, Problem

FORMAT: Final = "banli-pack/1"
MANIFEST: Final = "manifest.json"
TEXTS: Final = "texts.json"
MOST_FILES: Final = 300
MOST_BYTES: Final = 1024 * 1024  # of one file, unpacked
MOST_TOTAL: Final = 16 * 1024 * 1024
_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


@dataclass(frozen=True, slots=True)
class PackedFlow:
    """One flow version with its stories by name; sources are YAML, byte for byte."""

    key: str
    version: int
    source: bytes
    stories: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"flows/{self.key}/v{self.version}.yaml"

    def story_file(self, name: str) -> str:
        return f"flows/{self.key}/stories/{name}.yaml"


@dataclass(frozen=True, slots=True)
class PackedTable:
    """A table of the office: its CSV, byte for byte, and when and where it was looked up."""

    content: bytes
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Pack:
    """`texts`: language -> key -> the agency's words. `calendars`: name -> data (core.engine.calendar_spec). `tables`:
    by name."""

    flows: tuple[PackedFlow, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    calendars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, PackedTable] = field(default_factory=dict)


def write_pack(pack: Pack) -> bytes:
    """The one file."""
    files = dict(_files(pack))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    listed = [
        {
            "key": flow.key,
            "version": flow.version,
            "stories": sorted(flow.stories),
        }
        for flow in _sorted(pack)
    ]
    manifest: dict[str, Any] = {"format": FORMAT, "flows": listed, "calendars": sorted(pack.calendars), "files": hashes}
    if pack.tables:
        manifest["tables"] = {name: {"as_of": each.as_of, "source": each.source} for name, each in pack.tables.items()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in {MANIFEST: _json(manifest), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED, 9)
    return written.getvalue()


def read_pack(content: bytes) -> Pack:
    """Raises Invalid with what is wrong with the file itself; what is in it is not looked over here.

    A pointer begins with the name of a file in the pack.
    """
    files = _unpacked(content)
    manifest = _object(files.pop(MANIFEST, None), MANIFEST)
    if manifest.get("format") != FORMAT:
        raise _wrong(
            MANIFEST, "pack.format", f"应为 {FORMAT} 格式的流程包", f"it must be a pack of the format {FORMAT}"
        )
    hashes = manifest.get("files")
    hashes = hashes if isinstance(hashes, dict) else {}
    problems = [
        _problem(name, "pack.hash", "文件缺失，或与清单中的校验值不符", "it is missing, or other than its hash says")
        for name in sorted({*hashes, *files})
        if name not in files or hashlib.sha256(files[name]).hexdigest() != hashes.get(name)
    ]
    if problems:
        raise Invalid(problems=problems)
    try:
        flows = tuple(_flow(each, files) for each in manifest["flows"])
        calendars = {str(name): _object(files.pop(_calendar(name)), _calendar(name)) for name in manifest["calendars"]}
        tables = {
            str(name): PackedTable(files.pop(_table(name)), str(told["as_of"]), str(told["source"]))
            for name, told in manifest.get("tables", {}).items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _wrong(MANIFEST, "pack.manifest", "清单与内容不一致", "it does not tell what is in the pack") from error
    texts = _object(files.pop(TEXTS, b"{}"), TEXTS)
    if not all(
        isinstance(each, dict) and all(isinstance(words, str) for words in each.values()) for each in texts.values()
    ):
        raise _wrong(TEXTS, "pack.texts", "应为：语言 → 文案键 → 文字", "it must be: language, key, words")
    if files:
        raise Invalid(problems=[_problem(name, "pack.stray", "清单未列出此文件", "nothing names it") for name in files])
    return Pack(flows, texts, calendars, tables)


def _files(pack: Pack) -> Iterator[tuple[str, bytes]]:
    for flow in _sorted(pack):
        yield flow.file, flow.source
        for name in sorted(flow.stories):
            yield flow.story_file(name), flow.stories[name]
    for name in sorted(pack.calendars):
        yield _calendar(name), _json(pack.calendars[name])
    for name in sorted(pack.tables):
        yield _table(name), pack.tables[name].content
    if pack.texts:
        yield TEXTS, _json(pack.texts)


def _sorted(pack: Pack) -> list[PackedFlow]:
    return sorted(pack.flows, key=lambda flow: (flow.key, flow.version))


def _flow(listed: Mapping[str, Any], files: dict[str, bytes]) -> PackedFlow:
    flow = PackedFlow(str(listed["key"]), int(listed["version"]), b"")
    stories = {str(name): files.pop(flow.story_file(name)) for name in listed["stories"]}
    return PackedFlow(flow.key, flow.version, files.pop(flow.file), stories)


def _calendar(name: str) -> str:
    return f"calendars/{name}.json"


def _table(name: str) -> str:
    return f"tables/{name}.csv"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _object(content: bytes | None, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _wrong(name, "pack.json", "应为 JSON 对象", "it must be a JSON object")
    return found


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Never more than the limits, whatever the file says about itself."""
    found: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise _wrong("", "pack.size", f"最多 {MOST_FILES} 个文件", f"at most {MOST_FILES} files")
            for entry in entries:
                with archive.open(entry) as opened:
                    found[entry.filename] = opened.read(MOST_BYTES + 1)
                total += len(found[entry.filename])
                if len(found[entry.filename]) > MOST_BYTES or total > MOST_TOTAL:
                    raise _wrong(entry.filename, "pack.size", "文件过大", "it is too large")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _wrong("", "pack.zip", "不是可读取的 zip 文件", "it is no zip file that can be read") from error
    return found


def _wrong(name: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(problems=[_problem(name, code, zh, en)])


def _problem(name: str, code: str, zh: str, en: str) -> Problem:
    at = f"{name}：" if name else ""
    told = f"{name}: " if name else ""
    return Problem(join("", name) if name else "", code, {"zh-CN": at + zh, "en": told + en})

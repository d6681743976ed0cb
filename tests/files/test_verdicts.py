"""What is said about a refused file: what came, what is accepted, how to mend it, in both languages."""

import re

import pytest

from core.files.gate import gate, hides_zip
from core.files.inspection import MARKS, Inspection
from core.files.limits import FileLimits
from core.files.sniff import KINDS, sniff
from core.files.verdicts import SEEN, VERDICTS, kinds_words, size_words, verdict_for, verdict_words
from core.kit.settings import Limits

PARAMS = {"seen": "pdf", "pages": 300, "width": 20_000, "height": 10_000, "limit": 200}


@pytest.mark.parametrize("code", VERDICTS)
def test_every_verdict_has_a_full_sentence_in_both_languages(code: str) -> None:
    assert set(VERDICTS[code]) == {"zh-CN", "en"}
    said = verdict_words(code, {**PARAMS, "size": 10**9, "used": 7} if code in ("too_large", "quota") else PARAMS)
    assert not re.search(r"[{}]", "".join(said.values()))
    assert re.search(r"[\u4e00-\u9fff]", said["zh-CN"])
    assert not re.search(r"[\u4e00-\u9fff]", said["en"])
    if code != "ok":  # the remedy is a request
        assert "请" in said["zh-CN"]
        assert re.search(r"[Pp]lease", said["en"])


def test_sizes_and_kinds_are_told_as_people_read_them() -> None:
    said = verdict_words("too_large", {"size": 22_020_096, "limit": 20 * 1024 * 1024})
    assert "21 MB" in said["en"]
    assert "20 MB" in said["zh-CN"]
    assert verdict_words("not_for_item", {"seen": "docx"}, ("pdf", "jpg"))["zh-CN"].count("PDF、JPG") == 1
    assert [size_words(size) for size in (0, 900, 1024, 350_000, 1_600_000)] == [
        "0 B",
        "900 B",
        "1 KB",
        "342 KB",
        "1.5 MB",
    ]
    assert kinds_words(KINDS, "en") == "PDF, JPG, PNG, HEIC, DOCX"


def test_a_parameter_cannot_pull_in_another_one() -> None:
    assert "{limit}" in verdict_words("too_many_pages", {"pages": "{limit}", "limit": 3})["en"]


@pytest.mark.parametrize("seen", SEEN)
def test_everything_that_sniffing_can_name_has_words_and_a_verdict(seen: str) -> None:
    assert set(SEEN[seen]) == {"zh-CN", "en"}
    assert verdict_for(seen) in VERDICTS


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_has_words(mark: str) -> None:
    assert all(MARKS[mark][language] for language in ("zh-CN", "en"))


@pytest.mark.parametrize(
    ("head", "seen"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x14ftypM4A \0\0\0\0M4A ", "audio"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
        (b"\0\0\0\x08ftyp", "video"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0XXXX", "unknown"),
        (b"   ", "unknown"),
        (b"%PDF", "text"),
        (b"a < b, and <svg> is only mentioned", "text"),
        (b"<", "text"),
        (b"\xff\xd8\xfe", "unknown"),
    ],
)
def test_the_first_bytes_decide(head: bytes, seen: str) -> None:
    if seen == "unknown" and head == b"\xff\xd8\xfe":
        head += b"\0"
    assert sniff(head) == seen


def test_the_end_of_a_zip_by_chance_is_no_second_file() -> None:
    assert not hides_zip(b"x" * 100 + b"PK\x05\x06" + bytes(18))
    assert not hides_zip(b"x" * 100 + b"PK\x05\x06")
    assert not hides_zip(b"x" * 100 + b"PK\x05\x06" + b"\xff" * 30)


def test_the_size_limit_counts_to_the_byte() -> None:
    limits = FileLimits(upload_bytes=1024)
    assert gate(b"\xff\xd8\xff" + bytes(1021), limits) is None
    refused = gate(b"\xff\xd8\xff" + bytes(1022), limits)
    assert refused is not None
    assert (refused.verdict, refused.params) == ("too_large", {"size": 1025, "limit": 1024})


def test_an_inspection_survives_json() -> None:
    told = Inspection(size=3, seen="png", kind="png", width=5, marks=("script",), params={"limit": 3}, sharpness=1.5)
    assert Inspection.from_json(told.to_json()) == told


def test_the_settings_and_the_limits_say_the_same() -> None:
    assert FileLimits.of(Limits()) == FileLimits()

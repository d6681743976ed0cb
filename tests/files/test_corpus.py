"""Every file of the corpus gets its verdict from the child process, and the parent stays as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.files.child import Inspector
from core.files.sniff import KINDS
from core.files.verdicts import SEEN, VERDICTS
from tests.files.corpus import REFUSED, TAKEN
from tests.files.measured import measured
from tests.files.preview_parts import chunks_of
from tests.files.sample import Sample


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    with Inspector() as running:
        yield running


@pytest.mark.parametrize("sample", TAKEN, ids=lambda sample: sample.name)
def test_what_can_be_used_is_taken_and_drawn_anew(inspector: Inspector, sample: Sample) -> None:
    found = inspector.inspect(sample.make())
    told = found.inspection
    assert (told.verdict, told.seen, told.kind, told.marks) == ("ok", sample.seen, sample.seen, sample.marks)
    if told.kind == "docx":
        assert found.preview is None
    else:
        assert found.preview is not None
        assert set(chunks_of(found.preview)) == {b"IHDR", b"IDAT", b"IEND"}


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.name)
def test_what_cannot_be_used_is_refused_with_a_sentence(inspector: Inspector, sample: Sample) -> None:
    found = inspector.inspect(sample.make())
    told = found.inspection
    assert (told.verdict, told.seen) == (sample.verdict, sample.seen)
    assert (told.kind, found.preview) == (None, None)
    for language in ("zh-CN", "en"):
        assert told.words[language]
        assert "{" not in told.words[language]


def test_the_whole_corpus_stays_within_the_memory(tmp_path: Path) -> None:
    """One after the other through the same children, as on a busy day: nothing adds up."""
    samples = [*TAKEN, *REFUSED]
    for number, sample in enumerate(samples):
        (tmp_path / f"{number:03}").write_bytes(sample.make())
    verdicts, idle, most = measured(tmp_path)
    assert verdicts == [sample.verdict for sample in samples]
    assert most - idle < 300 * 1024


def test_the_corpus_is_large_and_each_of_its_files_is_another_one() -> None:
    names = [sample.name for sample in (*TAKEN, *REFUSED)]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


def test_the_corpus_meets_every_verdict_that_a_file_alone_can_get() -> None:
    met = {sample.verdict for sample in (*TAKEN, *REFUSED)}
    assert set(VERDICTS) - met == {"too_heavy", "not_for_item", "quota", "virus"}
    assert {sample.seen for sample in REFUSED} <= {*SEEN, "empty"}
    assert {sample.seen for sample in TAKEN} == set(KINDS)

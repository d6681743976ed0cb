"""What the documents say can be done: their links lead somewhere, their commands exist, their answers are accepted."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.cli.setup.answers import answers, from_file
from core.kit.settings import known_keys
from core.kit.settings_sources import NESTING, PREFIX
from tests.cli.test_conventions import commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("adapters/*/README.md"), ROOT / "flows/README.md"]
)
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:)([^)#\s]+)?(?:#([^)\s]+))?\)")
COMMAND = re.compile(r"(?:`|^ {4}(?:\S*/)?)(?:\.venv/bin/)?banli ((?:[a-z][a-z-]* ?)+)", re.MULTILINE)
HISTORY = {"CHANGELOG.md", "roadmap.md"}  # they may name what is gone or still to come


def anchors(page: Path) -> set[str]:
    """The headings of a page as their addresses."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", head).lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{page.name}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page.name}: {target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_named_exists(page: Path) -> None:
    known = set(commands())
    groups = {words[0] for words in known if len(words) == 2}
    for said in COMMAND.findall(page.read_text("utf-8")) if page.name not in HISTORY else []:
        words = said.split()
        named = tuple(words[:2]) if words[0] in groups else (words[0],)
        assert named in known or (named[0] in groups and len(named) == 1), f"{page.name}: banli {said}"


def test_the_first_page_links_to_every_page_of_the_documentation() -> None:
    contents = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in contents, page.name


def test_every_test_that_is_named_exists() -> None:
    for page in PAGES:
        named = re.findall(r"`(tests/[\w/.]+)`", page.read_text("utf-8")) if page.name not in HISTORY else []
        missing = [path for path in named if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())]
        assert not missing, f"{page.name}: {missing}"


def test_the_answers_that_are_shown_are_accepted(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "first-ten-minutes.md").read_text("utf-8")
    [shown] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "answers.yaml"
    path.write_text(shown, "utf-8")

    assert answers(from_file(path)).agency.name["en"] == "Agency ABC"


def test_every_setting_is_documented() -> None:
    """By its name, or as `__NAME` behind one of the same branch."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for key in known_keys():
        name = PREFIX + NESTING.join(key).upper()
        assert f"`{name}`" in page or f"`{NESTING}{key[-1].upper()}`" in page or f"_{key[-1].upper()}`" in page, name


def test_the_picture_of_the_concepts_is_a_picture_without_anything_from_elsewhere() -> None:
    source = (ROOT / "docs" / "concepts.svg").read_text("utf-8")
    tree = ElementTree.fromstring(source)

    assert tree.tag.endswith("svg")
    assert not re.search(r"href|<script|url\((?!#)", source)

"""The catalogues: every sentence in both languages with the same holes, and a sentence for every "no" there is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import FLOWS
from bot.texts.catalogue import Texts, built_in
from core.commands.command import COMMANDS
from core.engine.text import LANGUAGES, check_template, placeholders, too_wide
from core.events.event import EVENTS
from core.files.checks.run import CHECKS
from core.kit.errors import Refusal

ROOT = Path(__file__).resolve().parents[2]
TEXTS = built_in()
NO_REASON = ("NotPossibleNow", "Stale")  # their plain sentence needs a reason to be of use


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for folder in ("core", "bot", "adapters"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def calls(names: tuple[str, ...]) -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in names:
                    yield path, node


@pytest.mark.parametrize("key", sorted(TEXTS.keys()))
def test_a_sentence_has_the_same_holes_in_both_languages(key: str) -> None:
    chinese, english = TEXTS.say("zh-CN", key), TEXTS.say("en", key)
    assert chinese.strip()
    assert english.strip()
    assert placeholders(chinese) == placeholders(english)
    for text in (chinese, english):
        assert check_template(text, placeholders(text), "") == []


def test_a_gap_between_the_languages_stops_the_start() -> None:
    with pytest.raises(RuntimeError, match="en: b"):
        Texts({"zh-CN": {"a": "x", "b": "y"}, "en": {"a": "x"}})


def test_every_sentence_that_the_code_says_is_written() -> None:
    wanted: dict[str, Path] = {}
    for path, call in calls(("say", "said")):
        texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        wanted |= {text: path for text in texts if "." in text and " " not in text}
    assert len(wanted) > 100
    assert {text: path for text, path in wanted.items() if not TEXTS.has(text)} == {}


def kinds_of_refusal(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of_refusal(each)


def test_every_no_has_a_sentence() -> None:
    """Of the whole product, which `bot.app` brings together; `FLOWS` is only what says that it is there."""
    assert FLOWS.is_dir()
    known = {each.code for each in kinds_of_refusal() if not each.__module__.startswith(("admin_api", "tests"))}
    assert len(known) > 8
    assert {code for code in known if not TEXTS.has(f"refusal.{code}")} == set()


def test_every_reason_of_a_no_that_depends_on_it_has_a_sentence() -> None:
    codes = {"NotPossibleNow": "not_possible_now", "Stale": "stale"}
    found = 0
    for path, call in calls(NO_REASON):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        for keyword in call.keywords:
            if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant) and name in codes:
                found += 1
                reason = str(keyword.value.value)
                assert TEXTS.has(f"refusal.{codes[name]}.{reason}"), (path, reason)
    assert found >= 6


def test_every_event_that_people_see_has_a_sentence() -> None:
    missing = {name for name, kind in EVENTS.items() if kind.shown and not TEXTS.has(f"event.{name}")}
    assert missing == set()


def test_every_check_that_waits_for_a_tick_has_a_name() -> None:
    for name in ("signature", "seal", "amount_min", "held_days"):
        assert name in CHECKS
        assert TEXTS.has(f"check.{name}")
    ticked = {path.stem for path, _ in calls(("by_eye",))}
    assert {name for name in ticked if not TEXTS.has(f"check.{name}")} == set()


def test_no_parameter_of_a_no_hides_the_sentence() -> None:
    """`refuse` passes a refusal's parameters on by name: one called like an argument of `say` would break it."""
    for path, call in calls(tuple({each.__name__ for each in kinds_of_refusal()})):
        assert not {"key", "offers"} & {keyword.arg for keyword in call.keywords}, path
    assert COMMANDS


@pytest.mark.parametrize("key", [key for key in sorted(TEXTS.keys()) if key.startswith("button.")])
def test_a_label_fits_on_a_button(key: str) -> None:
    assert [too_wide(TEXTS.written(language, key), "") for language in LANGUAGES] == [[], []]

"""The source keeps the rules of the house, and each rule notices what it is there for."""

import pytest

from tests.house_rules import shape
from tests.house_rules.shape import PACKAGES, RULES, Rule, Source

LONG = '"""Long."""\n' + "x = 1\n" * shape.LONGEST_FILE
WIDE = '"""Wide."""\ndef f() -> None:\n' + "    print()\n" * shape.LONGEST_FUNCTION

BREACHES = [
    (shape.short_files, "core/x.py", LONG),
    (shape.short_functions, "core/x.py", WIDE),
    (shape.module_docstring, "core/x.py", "x = 1\n"),
    (shape.empty_packages, "core/__init__.py", '"""Rooms."""\nfrom core.x import y\n'),
    (shape.telling_names, "core/case_utils.py", '"""x"""\n'),
    (shape.telling_names, "bot/helpers/x.py", '"""x"""\n'),
    (shape.telling_names, "core/x.py", "class CaseManager: ...\n"),
    (shape.constant_time, "core/x.py", "if given == expected_token: ...\n"),
    (shape.constant_time, "core/x.py", "if request.signature != sign(body): ...\n"),
    (shape.constant_time, "core/x.py", "if sha.hexdigest() == self.digest: ...\n"),
    (shape.passed_clock, "core/x.py", "moment = datetime.now()\n"),
    (shape.passed_clock, "core/x.py", "moment = datetime.datetime.now(UTC)\n"),
    (shape.passed_clock, "core/x.py", "moment = datetime.utcnow()\n"),
    (shape.passed_clock, "core/x.py", "Field(default_factory=date.today)\n"),
    (shape.no_sql_clock, "core/x.py", "select(func.now())\n"),
    (shape.no_sql_clock, "core/x.py", 'text("DELETE FROM timer WHERE due < NOW()")\n'),
    (shape.no_sql_clock, "core/x.py", 'Column("at", server_default="CURRENT_TIMESTAMP")\n'),
]
INNOCENT = Source(
    "core/assigning.py",
    '"""Says when; SQL now() is not used."""\n'
    "if assigned == design and kind == 'token': ...\n"
    "found = select(buttons).where(buttons.c.token_digest == digest)\n"
    "moment = clock.now()\n",
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    broken = [told for source in shape.sources(*PACKAGES) for told in rule(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_every_module_of_tests_and_scripts_says_what_it_is_for() -> None:
    broken = [told for source in shape.sources("tests", "scripts") for told in shape.module_docstring(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_there_is_source_to_look_at() -> None:
    assert {source.path.split("/")[0] for source in shape.sources(*PACKAGES)} == set(PACKAGES)


@pytest.mark.parametrize(("rule", "path", "text"), BREACHES)
def test_a_breach_is_noticed(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_innocent_is_left_alone(rule: Rule) -> None:
    assert list(rule(INNOCENT)) == []


def test_every_rule_has_a_breach_that_shows_it() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(RULES)

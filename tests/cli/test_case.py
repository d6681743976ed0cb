"""Cases on the command line: masked unless they are to be revealed, and who reveals stands in the audit."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.app import build
from bot.cli.main import app
from bot.cli.serving import owned
from core.commands.contracts import ActivateContract
from core.engine.text import LANGUAGES
from core.kit.settings import Settings
from core.ledger.tables import audit
from tests.house import open_house

OWN_NAME = "张三丰"


@pytest.fixture
def settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A house with one running case, on both databases."""
    monkeypatch.chdir(tmp_path)
    with open_house(database, tmp_path) as house:
        house.agency()
        house.client(OWN_NAME)
        contract = house.contract(client=OWN_NAME)
        house.do(ActivateContract(contract_id=contract))
        return house.banli.settings


def banli(settings: Settings, *words: str) -> Result:
    assert settings.keys is not None
    env = {
        "BANLI_DATABASE_URL": settings.database_url.get_secret_value(),
        "BANLI_KEYS": settings.keys.get_secret_value(),
        "BANLI_FILES_DIR": str(settings.files_dir),
    }
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", **env}).invoke(app, ["case", *words])


def revealed(settings: Settings) -> list[Any]:
    house = build(settings)
    try:
        with house.reading.open() as reader:
            return [(row["door"], row["subject"], row["case_id"]) for row in reader.find(audit, command="RevealCase")]
    finally:
        house.stop()


def test_cases_are_listed_and_nobody_is_named(settings: Settings) -> None:
    [line] = json.loads(banli(settings, "list", "--json").stdout)
    plain = banli(settings, "list").stdout

    assert (line["flow"], line["number"] in plain, "1 open case(s)" in plain) == ("visa_jp_tourist", True, True)
    assert json.loads(banli(settings, "list", "--state", "closed", "--json").stdout) == []
    assert json.loads(banli(settings, "list", "--flow", "visa_kr_tourist", "--json").stdout) == []
    assert OWN_NAME not in plain


def test_one_case_is_masked_unless_it_is_to_be_revealed(settings: Settings) -> None:
    [line] = json.loads(banli(settings, "list", "--json").stdout)

    masked = banli(settings, "show", line["number"], "--json")
    assert revealed(settings) == []
    open_ = banli(settings, "show", line["number"].lower(), "--reveal", "--json")

    told, shown = json.loads(masked.stdout), json.loads(open_.stdout)
    assert OWN_NAME not in masked.stdout + banli(settings, "show", line["number"]).stdout
    assert (told["client"], told["travellers"]) == ("张**", ["张**"])
    assert (shown["client"], shown["travellers"]) == (OWN_NAME, [OWN_NAME])
    assert told["items"]
    assert told["checklist"] == shown["checklist"]
    [(door, subject, case_id)] = revealed(settings)
    assert (door, subject) == ("cli", f"case:{case_id}")


def test_personal_fields_are_masked_and_others_are_not(settings: Settings) -> None:
    [line] = json.loads(banli(settings, "list", "--json").stdout)
    told = json.loads(banli(settings, "show", line["number"], "--json").stdout)["fields"]
    shown = json.loads(banli(settings, "show", line["number"], "--reveal", "--json").stdout)["fields"]

    different = {key for key in shown if shown[key] != told[key]}
    assert different
    assert different < shown.keys()


def test_a_number_that_does_not_exist_is_told_and_not_audited(settings: Settings) -> None:
    told = banli(settings, "show", "V-1999-0001", "--reveal")

    assert (told.exit_code, "There is no case V-1999-0001" in told.stderr) == (1, True)
    assert revealed(settings) == []


def test_nothing_is_revealed_that_cannot_be_audited(settings: Settings) -> None:
    """While another process owns a SQLite file, nothing can be written, and so nothing is shown."""
    [line] = json.loads(banli(settings, "list", "--json").stdout)
    on_sqlite = settings.database_url.get_secret_value().startswith("sqlite")

    with owned(settings):
        told = banli(settings, "show", line["number"], "--reveal")
        assert banli(settings, "show", line["number"]).exit_code == 0

    assert (told.exit_code, OWN_NAME in told.stdout) == ((2, False) if on_sqlite else (0, True))


def test_why_rules_acted_is_told_in_both_languages(settings: Settings) -> None:
    [line] = json.loads(banli(settings, "list", "--json").stdout)
    told = {
        lang: json.loads(banli(settings, "rules", line["number"], "--lang", lang, "--json").stdout)
        for lang in LANGUAGES
    }

    assert [each["rule"] for each in told["en"]["runs"]] == [each["rule"] for each in told["zh-CN"]["runs"]] != []
    assert {each["name"] for each in told["en"]["runs"]}.isdisjoint(each["name"] for each in told["zh-CN"]["runs"])
    assert "acted" in banli(settings, "rules", line["number"]).stdout
    assert banli(settings, "rules", "V-2026-9999").exit_code == 1
    assert banli(settings, "rearm", line["number"], told["en"]["runs"][0]["rule"]).exit_code == 1  # it is not stopped

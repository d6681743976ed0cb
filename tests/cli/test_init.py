"""The first set-up: asked, from a file, from options; what it writes, what it makes, and doing it again."""

import json
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.app import build
from bot.cli.main import app
from core.kit.crypto import generate_key
from core.kit.settings import load_settings
from core.ledger.tables import audit
from core.staff.tables import api_key, staff

ANSWERS = """
agency: {name_zh: 甲乙丙签证, name_en: Agency ABC, language: en, quiet_from: "22:00"}
public_url: https://chat.agency.example
origins: https://www.agency.example
admin: {name: 管理员甲}
flows: [visa_kr_tourist]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to set up in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def banli(*words: str, stdin: str | None = None, **env: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", **env}).invoke(app, list(words), input=stdin)


def answered(folder: Path, more: str = "") -> str:
    path = folder / "answers.yaml"
    path.write_text(ANSWERS + more, "utf-8")
    return str(path)


def counted() -> dict[str, int]:
    """How many admins, keys and deeds there are, read with the settings that were written."""
    house = build(load_settings({}))
    try:
        with house.reading.open() as reader:
            admins = [row for row in reader.find(staff) if "admin" in row["roles"]]
            return {"admins": len(admins), "keys": len(reader.find(api_key)), "deeds": len(reader.find(audit))}
    finally:
        house.stop()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_answers_make_a_house_that_the_doctor_calls_well(folder: Path, empty_database: str) -> None:
    told = banli("init", "--json", "--answers", answered(folder, f"database_url: {empty_database}\n"))

    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    settings = load_settings({})
    assert settings.agency.name == {"zh-CN": "甲乙丙签证", "en": "Agency ABC"}
    assert (settings.agency.language, settings.agency.quiet_from) == ("en", "22:00")
    assert settings.webchat.origin_list == ("https://www.agency.example",)
    assert said["api_key"].startswith("bk_")
    assert said["flows"] == {"visa_kr_tourist": ""}
    assert counted() == {"admins": 1, "keys": 1, "deeds": 3}
    assert banli("doctor").exit_code == 0


def test_what_is_secret_is_for_its_owner_only(folder: Path) -> None:
    assert banli("init", "--answers", answered(folder)).exit_code == 0

    assert {mode(folder / name) for name in ("banli.toml", "banli.key")} == {0o600}
    assert {mode(folder / name) for name in ("var", "var/files", "var/files/incoming")} == {0o700}


def test_doing_it_again_does_nothing_twice(folder: Path) -> None:
    banli("init", "--answers", answered(folder))
    key, config, before = (folder / "banli.key").read_text(), (folder / "banli.toml").read_text(), counted()

    again = banli("init", "--json", "--answers", answered(folder))

    said = json.loads(again.stdout)
    assert (again.exit_code, said["config"], said["api_key"]) == (0, None, None)
    assert (folder / "banli.key").read_text() == key
    assert (folder / "banli.toml").read_text() == config
    assert counted() == {**before, "deeds": before["deeds"] + 1}  # the flow was asked for again, and is the same


def test_a_second_set_up_changes_what_is_said_and_keeps_the_rest(folder: Path) -> None:
    banli("init", "--answers", answered(folder))
    config = folder / "banli.toml"
    config.write_text(config.read_text() + '\n[log]\nlevel = "warning"\n')

    told = banli("init", "--yes", "--port", "9090")

    tree = tomllib.loads(config.read_text())
    assert told.exit_code == 0, told.output
    assert (tree["port"], tree["log"], tree["agency"]["name_zh"]) == (9090, {"level": "warning"}, "甲乙丙签证")
    assert tomllib.loads((folder / "banli.toml.old").read_text())["port"] == 8080
    assert mode(config) == 0o600


QUESTIONS = [
    ("甲乙丙签证", None),
    ("", None),  # the same in English
    ("sqlite", None),
    ("klingon", "agency.language"),
    ("en", None),
    ("", None),
    ("25:00", "agency.quiet_from"),
    ("21:30", None),
    ("", None),
    ("chat.agency.example", "public_url"),
    ("https://chat.agency.example", None),
    ("-", None),
    ("管理员甲", None),
    ("No Spaces", "2 to 64"),
    ("chief", None),
    ("visa_kr_tourist, visa_mars", "there is no flow visa_mars"),
    ("visa_kr_tourist", None),
    ("too short", None),
    ("too short", "at least 12"),
    ("four words and a half", None),
    ("four words and a half", None),
]


def test_whoever_is_asked_is_told_of_a_wrong_answer_and_asked_again() -> None:
    told = banli("init", stdin="".join(f"{said}\n" for said, _ in QUESTIONS))

    settings = load_settings({})
    assert told.exit_code == 0, told.output
    assert all(complaint in told.output for _, complaint in QUESTIONS if complaint)
    assert settings.agency.name == {"zh-CN": "甲乙丙签证", "en": "甲乙丙签证"}
    assert (settings.agency.language, settings.agency.quiet_from) == ("en", "21:30")
    assert settings.base_url == "https://chat.agency.example"
    assert "bk_" in told.output
    assert "four words" not in told.output
    [member] = json.loads(banli("user", "list", "--json").stdout)
    assert (member["login"], member["roles"]) == ("chief", ["admin"])


def test_who_breaks_off_has_changed_nothing(folder: Path) -> None:
    told = banli("init", stdin="甲乙丙签证\n")

    assert told.exit_code != 0
    assert list(folder.iterdir()) == []


def test_the_address_of_postgresql_is_typed_unseen_and_kept(folder: Path, databases: Any) -> None:
    with databases.fresh("postgres", tables=False) as url:
        typed = ["甲乙丙签证", "", "postgresql", url, *[""] * 8, "-"]
        first = banli("init", stdin="".join(f"{each}\n" for each in typed))
        again = banli("init", stdin="\n" * 12 + "-\n")

        assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
        assert url not in first.output + again.output
        assert tomllib.loads((folder / "banli.toml").read_text())["database_url"] == url
        assert counted()["admins"] == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("colour: red\n", "colour"),
        ("port: 99999\n", "port"),
        ("public_url: chat.example\n", "public_url"),
        ("channel: telegram\n", "channel"),
        ("- a list", "YAML"),
    ],
)
def test_wrong_answers_are_told_and_change_nothing(folder: Path, more: str, said: str) -> None:
    told = banli("init", "--answers", answered(folder, more))

    assert (told.exit_code, said in told.stderr) == (2, True), told.output
    assert [path.name for path in folder.iterdir()] == ["answers.yaml"]


def test_a_login_needs_a_password_that_is_good(folder: Path) -> None:
    secret = folder / "password"
    secret.write_text("too short\n")
    words = ("init", "--yes", "--name-zh", "甲", "--login", "chief")

    without, bad = banli(*words), banli(*words, "--password-file", str(secret))
    assert (without.exit_code, "password_file" in without.stderr) == (2, True)
    assert (bad.exit_code, "at least 12" in bad.stderr) == (1, True)
    assert not (folder / "banli.toml").exists()

    secret.write_text("four words and a half\n")
    assert banli(*words, "--password-file", str(secret)).exit_code == 0
    assert json.loads(banli("user", "list", "--json").stdout)[0]["login"] == "chief"


def test_a_calendar_that_nobody_knows_is_told(folder: Path) -> None:
    (folder / "a.yaml").write_text("agency: {name_zh: 甲, calendar: moon}\n", "utf-8")

    told = banli("init", "--answers", "a.yaml")

    assert (told.exit_code, "there is no moon; there are: cn-office" in told.stderr) == (2, True)


def test_an_agency_without_a_name_is_asked_for_it() -> None:
    told = banli("init", "--yes")

    assert (told.exit_code, "--name-zh" in told.stderr) == (2, True)


def test_options_alone_do(folder: Path) -> None:
    url = folder / "url"
    url.write_text(f"sqlite:///{folder}/elsewhere.sqlite3\n")

    told = banli("init", "--yes", "--name-en", "Agency ABC", "--database-url-file", str(url), "--admin", "管理员甲")

    assert told.exit_code == 0, told.output
    assert load_settings({}).agency.name == {"zh-CN": "Agency ABC", "en": "Agency ABC"}
    assert (folder / "elsewhere.sqlite3").exists()
    assert "banli flow publish" in told.output


def test_what_variables_say_is_not_copied_into_the_file(folder: Path) -> None:
    key, url = generate_key(), f"sqlite:///{folder}/other.sqlite3"

    told = banli("init", "--yes", "--name-zh", "甲", BANLI_KEYS=key, BANLI_DATABASE_URL=url)

    written = (folder / "banli.toml").read_text()
    assert told.exit_code == 0, told.output
    assert key not in written
    assert "database_url" not in written
    assert not (folder / "banli.key").exists()


def test_settings_in_a_dot_env_file_are_not_hidden(folder: Path) -> None:
    (folder / ".env").write_text(f"BANLI_KEYS={generate_key()}\n")

    told = banli("init", "--yes", "--name-zh", "甲")

    assert (told.exit_code, ".env" in told.stderr) == (2, True)
    assert not (folder / "banli.toml").exists()


def test_a_database_of_another_key_is_not_written_to(folder: Path) -> None:
    banli("init", "--answers", answered(folder))
    before = counted()

    told = banli("init", "--yes", BANLI_KEYS=generate_key())

    assert (told.exit_code, "another key" in told.stderr) == (2, True), told.output
    assert counted() == before


def test_a_key_that_is_there_is_never_replaced(folder: Path) -> None:
    key = generate_key()
    (folder / "banli.key").write_text(key)

    assert banli("init", "--answers", answered(folder)).exit_code == 0
    assert (folder / "banli.key").read_text() == key


def test_the_configuration_may_stand_elsewhere(folder: Path) -> None:
    there = folder / "etc" / "banli.toml"
    there.parent.mkdir()
    there.write_text("port = 9090\n")

    told = banli("init", "--yes", "--name-zh", "甲", BANLI_CONFIG=str(there))

    assert told.exit_code == 0, told.output
    assert tomllib.loads(there.read_text())["agency"]["name_zh"] == "甲"
    assert not (folder / "banli.toml").exists()

"""`banli user` and `banli key`: the first admin, help for whoever is locked out, and no secret in an argument."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from core.kit.crypto import Vault, generate_key, parse_keys
from core.kit.db import reader_engine
from core.ledger.tables import audit
from core.staff.passwords import is_password
from core.staff.tables import credential
from core.store.reading import Reading
from core.store.sealing import Sealing

PASSWORD = "four words and a half"


class Shell:
    """`banli` in an empty folder, with a database whose tables are there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, generate_key()
        self.url = f"sqlite:///{folder}/b.sqlite3"
        self.env = {"BANLI_DATABASE_URL": self.url, "BANLI_KEYS": self.key, "BANLI_FILES_DIR": str(folder / "files")}
        self.runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})
        self.run("migrate")

    def run(self, *words: str, code: int = 0, typed: str | None = None) -> str:
        told = self.runner.invoke(app, list(words), env=self.env, input=typed)
        assert told.exit_code == code, told.output
        return told.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def admin(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n")
        words = ("--name", "管理员甲", "--login", "Admin", "--password-file", str(secret))
        self.run("user", "create-admin", *words)

    def rows(self, table: Any) -> list[dict[str, Any]]:
        ring = parse_keys(self.key)
        reading = Reading(reader_engine(self.url), Sealing(Vault(ring, next(iter(ring)))))
        try:
            with reading.open() as reader:
                return reader.find(table)
        finally:
            reading.close()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def test_the_first_admin_is_asked_for_and_his_password_twice_without_an_echo(shell: Shell) -> None:
    told = shell.run("user", "create-admin", typed=f"管理员甲\nadmin\n{PASSWORD}\n{PASSWORD}\n")
    assert "管理员甲 is an admin now" in told
    assert PASSWORD not in told
    [row] = shell.rows(credential)
    assert is_password(PASSWORD, row["password"])
    [member] = shell.json("user", "list")
    assert (member["login"], member["roles"], member["active"]) == ("admin", ["admin"], True)
    found = [(row["actor_kind"], row["door"], row["command"]) for row in shell.rows(audit)]
    assert found == [("system", "cli", "AddStaff"), ("system", "cli", "ResetPassword")]


@pytest.mark.parametrize(
    "login, password, told",
    [("admin", "too short", "password: at least 12"), ("no spaces", PASSWORD, "login: 2 to 64")],
)
def test_an_admin_is_made_whole_or_not_at_all(shell: Shell, login: str, password: str, told: str) -> None:
    typed = f"甲\n{login}\n{password}\n{password}\n"
    assert told in shell.run("user", "create-admin", typed=typed, code=1)
    assert shell.json("user", "list") == []


def test_two_cannot_have_one_login(shell: Shell) -> None:
    shell.admin()
    typed = f"乙\nadmin\n{PASSWORD}\n{PASSWORD}\n"
    assert "already" in shell.run("user", "create-admin", typed=typed, code=1)


def test_the_last_admin_cannot_be_disabled_and_another_can_and_comes_back(shell: Shell) -> None:
    shell.admin()
    assert "Nobody else could manage staff" in shell.run("user", "disable", "admin", code=1)
    shell.run("user", "create-admin", typed=f"乙\nsecond\n{PASSWORD}\n{PASSWORD}\n")
    shell.run("user", "disable", "admin")
    assert [each["active"] for each in shell.json("user", "list")] == [False, True]
    shell.run("user", "enable", "admin")
    assert [each["active"] for each in shell.json("user", "list")] == [True, True]
    assert "Not found" in shell.run("user", "disable", "nobody", code=1)


def test_a_password_and_a_second_factor_are_reset(shell: Shell) -> None:
    shell.admin()
    shell.run("user", "reset-password", "admin", typed="another four words\nanother four words\n")
    assert is_password("another four words", shell.rows(credential)[0]["password"])
    shell.run("user", "reset-totp", "admin")


def test_a_key_is_printed_once_listed_without_its_secret_and_revoked(shell: Shell) -> None:
    shell.admin()
    secret = shell.run("key", "issue", "admin", "--name", "reporting", "--scope", "case.read", "--days", "7").strip()
    assert secret.startswith("bk_")
    [key] = shell.json("key", "list", "admin")
    assert (key["name"], key["scopes"], key["revoked_at"]) == ("reporting", ["case.read"], None)
    assert secret not in json.dumps(key)
    assert secret not in shell.run("key", "list")
    shell.run("key", "revoke", key["id"])
    assert shell.json("key", "list")[0]["revoked_at"] is not None
    assert "does not have the permission" in shell.run("key", "issue", "admin", "--scope", "pilot", code=1)


def test_what_stands_in_the_way_is_told_with_its_remedy(shell: Shell) -> None:
    shell.env["BANLI_DATABASE_URL"] = f"sqlite:///{shell.folder}/empty.sqlite3"
    assert "banli migrate" in shell.run("user", "list", code=1)
    shell.env["BANLI_KEYS"] = "nonsense"
    shell.run("user", "list", code=2)

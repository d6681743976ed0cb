"""A shell and a small agency for tests of the command line: settings in variables, a database, one admin, one flow."""

import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from typer.testing import CliRunner, Result

from bot.app import Banli, build
from bot.cli.main import app
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.people import AddStaff
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.kit.settings import Settings

FLOW = Path(__file__).resolve().parents[2] / "flows/visa_kr_tourist/v1.yaml"


@dataclass
class Agency:
    """What is asked of it goes through the command line, with these variables and no other."""

    folder: Path
    url: str
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        files = self.folder / "files"
        files.mkdir(mode=0o700)
        self.key = generate_key()
        self.env |= {
            "BANLI_DATABASE_URL": self.url,
            "BANLI_KEYS": self.key,
            "BANLI_FILES_DIR": str(files),
            "BANLI_AGENCY__NAME_ZH": "甲乙丙签证",
            "BANLI_AGENCY__NAME_EN": "Agency ABC",
            "BANLI_PUBLIC_URL": "https://chat.agency.example",
        }

    def banli(self, *words: str, stdin: str | None = None) -> Result:
        shell = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", **self.env})
        return shell.invoke(app, list(words), input=stdin)

    def asks(self, *words: str) -> Any:
        """What a command tells as JSON."""
        return json.loads(self.banli(*words, "--json").stdout)

    def do(self, command: Command) -> Any:
        """What the house itself does, with no process running."""
        banli = self.house()
        banli.start()
        try:
            return banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
        finally:
            banli.stop()

    def house(self) -> Banli:
        return build(
            Settings(
                database_url=SecretStr(self.url),
                files_dir=self.folder / "files",
                keys=SecretStr(self.env["BANLI_KEYS"]),
            )
        )

    def opens(self) -> int:
        """One flow, one admin. Returns the admin's id."""
        assert self.banli("flow", "publish", str(FLOW)).exit_code == 0
        admin: int = self.do(AddStaff(name="管理员甲", roles=("admin",)))
        return admin

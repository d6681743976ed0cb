"""A library of stories is run with a draft: what would be answered differently is told, act by act."""

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.app import FLOWS
from bot.cli.main import app

SOURCE = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text(encoding="utf-8")
STORY = FLOWS / "visa_kr_tourist" / "stories" / "rework.yaml"
OTHER = FLOWS / "visa_jp_tourist" / "stories" / "rework.yaml"


def test_same_different_unfit_and_refused(tmp_path: Path) -> None:
    """Exit codes and what is told."""
    shell = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})

    def run(source: str, *words: str) -> tuple[int, str]:
        (tmp_path / "v2.yaml").write_text(source, encoding="utf-8")
        told = shell.invoke(app, ["story", "run", *words, "--flow", str(tmp_path / "v2.yaml")])
        return told.exit_code, told.stdout

    later = SOURCE.replace("version: 1", "version: 2", 1)
    code, told = run(later, str(STORY), str(OTHER))
    assert (code, "1 the same, 1 of another flow" in told) == (0, True), told

    name = "en: Passport (photo page)"
    assert name in later
    code, told = run(later.replace(name, "en: Travel document"), str(STORY), "--json")
    [story] = json.loads(told)["stories"]
    assert (code, story["outcome"]) == (2, "different"), told
    asked = next(each for each in story["differs"] if each["title"] == "client says: docs")
    assert (asked["who"], asked["line"] > 0) == ("client", True)
    assert "Passport (photo page)" in str(asked["before"])
    assert "Travel document" in str(asked["after"])

    reason = "Issued too long ago – get a new one"
    assert reason in later
    code, told = run(later.replace(reason, "Too old"), str(STORY))
    assert (code, "do not fit any more" in told) == (2, True), told
    assert f"a button “{reason}”" in told

    code, told = run(later.replace("owner: copywriter", "owner: nobody"), str(STORY))
    assert (code, "nothing was played" in told) == (1, True)
    code, told = run(later, str(OTHER))
    assert code == 1

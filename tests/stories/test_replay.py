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
    """Exit codes, the lines of a difference, and what no longer fits."""
    shell = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})

    def run(source: str, *words: str) -> tuple[int, str]:
        (tmp_path / "v2.yaml").write_text(source, encoding="utf-8")
        told = shell.invoke(app, ["story", "run", *words, "--flow", str(tmp_path / "v2.yaml")])
        return told.exit_code, told.stdout

    later = SOURCE.replace("version: 1", "version: 2", 1)
    code, told = run(later, str(STORY), str(OTHER))
    assert (code, "1 the same, 1 of another flow" in told) == (0, True), told

    name = "护照"
    assert f"zh-CN: {name}" in SOURCE
    code, told = run(later.replace(f"zh-CN: {name}", "zh-CN: 旅行证件"), str(STORY), "--json")
    [story] = json.loads(told)["stories"]
    assert (code, story["outcome"] in ("different", "unfit")) == (2, True), told
    first = story["differs"][0]
    assert name in str(first["before"]) and "旅行证件" in str(first["after"])

    code, told = run(
        later.replace("key: passport", "key: travel_paper").replace("passport,", "travel_paper,"), str(STORY)
    )
    assert code in (1, 2)
    code, told = run(later.replace("owner: copywriter", "owner: nobody"), str(STORY))
    assert (code, "nothing was played" in told) == (1, True)
    code, told = run(later, str(OTHER))
    assert code == 1

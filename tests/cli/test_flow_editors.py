"""`banli flow schema` and `banli flow diagram`."""

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from bot.cli.main import app

KR = Path(__file__).resolve().parents[2] / "flows" / "visa_kr_tourist" / "v1.yaml"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell in an empty folder with no setting of Banli."""
    monkeypatch.chdir(tmp_path)
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})


def test_the_schema_is_printed(shell: CliRunner) -> None:
    told = shell.invoke(app, ["flow", "schema"])
    assert told.exit_code == 0
    jsonschema_rs.meta.validate(json.loads(told.stdout))


def test_a_flow_is_drawn_in_either_form(shell: CliRunner) -> None:
    graph = shell.invoke(app, ["flow", "diagram", str(KR), "--lang", "en"])
    assert (graph.exit_code, graph.stdout.splitlines()[0]) == (0, "flowchart TD")
    drawn = shell.invoke(app, ["flow", "diagram", str(KR), "--format", "svg"])
    assert ElementTree.fromstring(drawn.stdout)[0].text == "韩国个人旅游签证（C-3-9） · 第 1 版"
    told = json.loads(shell.invoke(app, ["flow", "diagram", str(KR), "--json", "--lang", "en"]).stdout)
    assert told == {"format": "mermaid", "language": "en", "diagram": graph.stdout}


def test_a_broken_flow_is_told_instead_of_drawn(shell: CliRunner, tmp_path: Path) -> None:
    broken = tmp_path / "v1.yaml"
    broken.write_text(KR.read_text("utf-8").replace("to: collect", "to: nowhere", 1), "utf-8")
    told = shell.invoke(app, ["flow", "diagram", str(broken)])
    assert told.exit_code == 1
    assert "flow.unknown_stage" in told.stdout
    assert "flowchart" not in told.stdout

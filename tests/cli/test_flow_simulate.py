"""`banli flow simulate` and `apply`: what a flow would mean for live cases, and publishing what a plan says."""

from pathlib import Path

import pytest

from bot.app import FLOWS
from core.commands.contracts import ActivateContract
from core.commands.drafts import DraftFlow
from tests.cli.agency import FLOW, Agency
from tests.house import open_house

JP = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_bytes()
LATER = JP.replace(b"version: 1", b"version: 2", 1).replace(
    b"    owner: sales\n", b"    owner: sales\n    due: 9d\n", 1
)
LATER = LATER.replace(b"passport_min_months:\n    value: 6", b"passport_min_months:\n    value: 9", 1)


@pytest.fixture
def running(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """An agency with one case that waits for documents."""
    monkeypatch.chdir(tmp_path)
    with open_house(sqlite_url, tmp_path) as house:
        house.agency()
        house.do(ActivateContract(contract_id=house.contract()))
        keys = house.banli.settings.keys
    (tmp_path / "files").rename(tmp_path / "kept")
    agency = Agency(tmp_path, sqlite_url)
    assert keys is not None
    agency.env["BANLI_KEYS"] = keys.get_secret_value()
    return agency


def test_a_flow_is_tried_as_a_file_a_folder_or_a_draft(running: Agency) -> None:
    folder = running.folder / "flows" / "visa_jp_tourist"
    folder.mkdir(parents=True)
    (folder / "v1.yaml").write_bytes(JP)
    same = running.banli("flow", "simulate", str(folder / "v1.yaml"))
    assert (same.exit_code, "1 open cases looked at: 1 unchanged" in same.stdout) == (0, True), same.output

    (folder / "v2.yaml").write_bytes(LATER)
    (folder / "stories").mkdir()
    (folder / "stories" / "one.yaml").write_text("no flow")
    told = running.banli("flow", "simulate", str(folder.parent))
    assert told.exit_code == 2, told.output
    assert "1 with another limit" in told.stdout
    assert "V-2026-" in told.stdout
    assert "张三" not in told.stdout
    assert "阶段时限由" in told.stdout
    assert "facts of today" in told.stdout
    assert 'Parameter "passport_min_months": 6 (2026-03-01, ' in told.stdout
    assert "涉及 1 件在办案件（材料检查 1，文字 1）" in told.stdout

    draft_id = running.do(DraftFlow(source=LATER.decode()))
    [from_folder, draft] = running.asks("flow", "simulate", str(folder.parent), str(draft_id), "--days", "3")
    assert (from_folder["source"], draft["source"]) == (str(folder / "v2.yaml"), f"draft {draft_id}")
    figures = draft["simulation"]
    assert (figures["counts"]["limit"], figures["days"], figures["looked_at"]) == (1, 3, 1)
    assert figures["checklist"] == from_folder["simulation"]["checklist"] == []

    (folder / "v3.yaml").write_bytes(LATER.replace(b"owner: copywriter", b"owner: nobody"))
    wrong = running.banli("flow", "simulate", str(folder))
    assert (wrong.exit_code, "not simulated" in wrong.stdout) == (1, True), wrong.output
    for missing in ("12345", "nowhere.yaml"):
        told = running.banli("flow", "simulate", missing)
        assert (told.exit_code, told.stdout, missing in told.stderr) == (1, "", True), told.output


def test_what_a_plan_says_is_published_once_and_nothing_when_a_file_is_refused(agency: Agency) -> None:
    one = FLOW.read_bytes()
    two = one.replace(b"version: 1", b"version: 2", 1).replace(b"    due: 5d\n", b"    due: 4d\n", 1)
    folder = agency.folder / "flows" / "kr"
    folder.mkdir(parents=True)
    for name, source in (("v1", one), ("v2", two), ("v10", two.replace(b"version: 2", b"version: 10", 1))):
        (folder / f"{name}.yaml").write_bytes(source)
    place = str(folder.parent)

    unasked = agency.banli("flow", "apply", place, stdin="n\n")
    assert (unasked.exit_code, "would publish visa_kr_tourist version 2" in unasked.stdout) == (2, True), unasked.output
    nobody = agency.banli("flow", "apply", place)
    assert (nobody.exit_code, "--yes" in nobody.stderr) == (2, True), nobody.output
    (folder / "v11.yaml").write_bytes(two.replace(b"owner: copywriter", b"owner: nobody"))
    refused = agency.banli("flow", "apply", place, "--yes")
    assert (refused.exit_code, "flow.unknown_role" in refused.stdout) == (1, True), refused.output
    (folder / "v11.yaml").unlink()
    planned = agency.asks("flow", "plan", place)
    assert [each["outcome"] for each in planned] == ["unchanged", "publish", "publish"]  # nothing was published so far

    agreed = agency.banli("flow", "apply", str(folder / "v2.yaml"), stdin="y\n")
    assert (agreed.exit_code, "v2.yaml: published" in agreed.stdout) == (0, True), agreed.output
    told = agency.asks("flow", "apply", place, "--yes")
    assert [(each["version"], each["published"]) for each in told] == [(1, False), (2, False), (10, True)]
    again = agency.banli("flow", "apply", place)
    assert (again.exit_code, "Nothing to do." in again.stdout) == (0, True), again.output
    assert agency.banli("flow", "pull", "visa_kr_tourist", "--version", "2").stdout_bytes == two

    empty = agency.banli("flow", "apply", str(agency.folder / "files"))
    assert (empty.exit_code, "v1.yaml" in empty.stderr) == (2, True), empty.output

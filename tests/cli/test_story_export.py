"""`banli story export`: the file, its flow, the row in the audit, and what stands in the way."""

from pathlib import Path

import pytest

from core.commands.contracts import ActivateContract
from core.ledger.tables import audit
from tests.cli.agency import Agency
from tests.house import open_house


def test_a_case_is_written_once_and_noted(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_house(sqlite_url, tmp_path) as house:
        house.agency()
        house.do(ActivateContract(contract_id=house.contract()))
        house.people["张三"].says("我是张三，电话 13800001234")
        keys = house.banli.settings.keys
    (tmp_path / "files").rename(tmp_path / "kept")
    agency = Agency(tmp_path, sqlite_url)
    assert keys is not None
    agency.env["BANLI_KEYS"] = keys.get_secret_value()
    done = agency.banli("story", "export", "V-2026-0001", "-o", "case.yaml")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "case.yaml").read_text(encoding="utf-8")
    assert "张三" not in text
    assert "（客户的话，已隐去）" in text
    assert (tmp_path / "visa_jp_tourist-v1.yaml").exists()
    assert agency.banli("story", "run", str(tmp_path / "case.yaml")).exit_code == 0
    with agency.house().reading.open() as reader:
        assert len(reader.find(audit, command="ExportStory")) == 1
    again = agency.banli("story", "export", "V-2026-0001", "-o", "case.yaml")
    assert (again.exit_code, "there already" in again.stderr) == (2, True)
    none = agency.banli("story", "export", "V-2026-0999", "-o", "other.yaml")
    assert (none.exit_code, (tmp_path / "other.yaml").exists()) == (1, False)

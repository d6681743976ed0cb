"""`banli table`: looked over, imported, given back byte for byte, restored; and a flow with its files, without any."""

from pathlib import Path

from tests.cli.agency import Agency

SCHOOL = Path(__file__).parents[1] / "tables" / "school"


def test_a_table_is_imported_and_given_back(agency: Agency, tmp_path: Path) -> None:
    file = SCHOOL / "tables" / "schools.csv"
    how = ("table", "import", "schools", str(file), "--as-of", "2026-03-01", "--source", "官网")
    looked = agency.asks(*how, "--preview")
    assert (looked["kept"], looked["edition"], len(looked["added"])) == (False, None, 4)
    assert agency.asks("table", "list") == []
    assert agency.asks(*how)["edition"] == 1
    assert agency.asks("table", "show", "schools")["editions"][0]["as_of"] == "2026-03-01"
    back = tmp_path / "back.csv"
    agency.asks("table", "export", "schools", str(back))
    assert back.read_bytes() == file.read_bytes()
    assert agency.banli("table", "restore", "schools", "7").exit_code == 1
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("key,name.en,n:int\na,A,x\n", "utf-8")
    told = agency.banli("table", "import", "t", str(wrong), "--as-of", "2026-03-01", "--source", "x")
    assert (told.exit_code, "line 2, column n" in told.stderr) == (1, True), told.output
    missing = agency.banli("flow", "validate", str(SCHOOL / "v1.yaml"))
    assert (missing.exit_code, "There is no table regions" in missing.output) == (1, True), missing.output

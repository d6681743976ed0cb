"""The documented way from an empty folder to an approved document, timed, on both databases."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.row("DE1", "DE2")
def test_from_an_empty_folder_to_an_approval_well_within_ten_minutes(empty_database: str, tmp_path: Path) -> None:
    """One process, without Redis; on PostgreSQL as on SQLite. The script itself fails beyond ten minutes."""
    url = tmp_path / "url"
    url.write_text(empty_database)

    done = subprocess.run(
        [sys.executable, "-m", "scripts.first_ten_minutes", "--database-url-file", str(url)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "it is approved, and the client was told" in done.stdout

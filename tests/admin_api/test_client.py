"""A client that a program makes from the description type-checks: what the description says can be written down."""

import subprocess
import sys
from pathlib import Path

from scripts.api_changes import described, written

CONFIG = """
post_hooks: []
package_name_override: banli_client
content_type_overrides:
  image/png: application/octet-stream
  image/jpeg: application/octet-stream
  image/heic: application/octet-stream
  application/pdf: application/octet-stream
  application/vnd.openxmlformats-officedocument.wordprocessingml.document: application/octet-stream
  application/yaml: application/octet-stream
  text/csv: application/octet-stream
  application/zip: application/octet-stream
"""


def ran(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-3000:]
    return told


def test_a_client_made_from_the_description_type_checks(tmp_path: Path) -> None:
    document = described()
    (tmp_path / "openapi.json").write_text(written(document), encoding="utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    generator = str(Path(sys.executable).parent / "openapi-python-client")
    asked = ("generate", "--path", "openapi.json", "--config", "config.yaml", "--meta", "none", "--fail-on-warning")
    ran(generator, *asked, "--output-path", "banli_client", folder=tmp_path)
    made = {path.stem for path in (tmp_path / "banli_client" / "api").rglob("*.py")}
    names = {each["operationId"] for item in document["paths"].values() for each in item.values()}
    assert names <= made
    ran(sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache", "banli_client", folder=tmp_path)

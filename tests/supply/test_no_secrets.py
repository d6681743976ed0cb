"""What is handed out holds no secret: the wheel, the API's description, examples, deploy/, pages of errors (S26).

The wheel is built here with the backend that pyproject.toml names, without a network.
"""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from fastapi.testclient import TestClient

from bot.app import build
from bot.web import web
from core.kit.crypto import generate_key
from core.kit.settings import load_settings

ROOT: Final = Path(__file__).resolve().parents[2]
PATTERNS: Final = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "key of a cloud": r"\bAKIA[0-9A-Z]{16}\b",
    "token of a code host": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bglpat-[A-Za-z0-9_-]{20}\b",
    "token of a chat": r"\bxox[abprs]-[A-Za-z0-9-]{10,}|\b\d{8,10}:[A-Za-z0-9_-]{35}\b",
    "web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "our own key or session": r"\bb[ks]_[A-Za-z0-9_-]{43}\b",
    "key of a ring": r"\b[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=",
    "password in an address": r"[a-z]+://[^\s:/@]+:(?!password@|\.\.\.@|\$|<|x@)[^\s:/@]{3,}@",
}
KEY: Final = generate_key("planted")
PASSWORD: Final = "MARKED-s3cret-of-the-database"
HIDDEN: Final = {"planted key": KEY.partition(":")[2], "planted password": PASSWORD}
PLANTED: Final = {
    "BANLI_KEYS": KEY,
    "BANLI_REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:1/0",
    "AWS_SECRET_ACCESS_KEY": PASSWORD,
}


def secrets(text: str) -> list[str]:
    """Kinds of secrets that stand in it."""
    found = [name for name, pattern in PATTERNS.items() if re.search(pattern, text)]
    return found + [what for what, value in HIDDEN.items() if value in text]


def test_the_search_finds_what_is_planted() -> None:
    assert secrets(f"BANLI_KEYS={KEY}") == ["key of a ring", "planted key"]
    assert "private key" in secrets("-----BEGIN OPENSSH " + "PRIVATE KEY-----")
    assert "our own key or session" in secrets("bk_" + "a" * 43)
    assert "password in an address" in secrets("postgresql://banli:" + "hunter22@db/banli")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as an installer would, with secrets in the environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **PLANTED}, check=True, capture_output=True, timeout=250)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_none_and_nothing_that_is_not_the_product(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [each for each in archive.namelist() if not each.endswith("/")]
        found = {name: told for name in names if (told := secrets(archive.read(name).decode("utf-8", "replace")))}
    assert len(names) > 400
    assert found == {}
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "core", "bot", "adapters", "admin_api", "flows",
    }  # fmt: skip
    assert [name for name in names if re.search(r"\.(key|pem|env|sqlite3|db|toml|jsonl)$|/var/|\.git", name)] == []


def shown() -> Iterator[Path]:
    """What people read and copy from."""
    yield from (ROOT / "docs").rglob("*.*")
    yield from (each for each in (ROOT / "deploy").rglob("*") if each.is_file())
    yield from (ROOT / "flows").rglob("*.*")
    yield from ROOT.glob("*.md")


def test_documents_examples_and_deploy_hold_none() -> None:
    files = list(shown())
    found = {each.name: told for each in files if (told := secrets(each.read_bytes().decode("utf-8", "replace")))}
    assert {"openapi.json", "compose.yaml", "README.md"} <= {each.name for each in files}
    assert found == {}


def test_pages_of_errors_hold_none(sqlite_url: str, tmp_path: Path) -> None:
    """Also where something of ours crashes with a secret in its hands."""
    settings = load_settings(
        {**PLANTED, "BANLI_DATABASE_URL": sqlite_url, "BANLI_FILES_DIR": str(tmp_path / "files")}, tmp_path
    )
    banli = build(settings)
    app = web(banli, loops=False)

    def crashes() -> None:
        raise RuntimeError(f"{KEY} {settings.database_url.get_secret_value()} {PASSWORD}")

    app.add_api_route("/crashes", crashes)
    with TestClient(app, raise_server_exceptions=False) as http:
        answers = [
            http.get("/crashes"),
            http.get("/nowhere"),
            http.get("/api/v1/nowhere"),
            http.get("/api/v1/cases", headers={"authorization": f"Bearer {KEY}"}),
            http.post("/api/v1/sessions", content=b"{", headers={"content-type": "application/json"}),
            http.post("/api/v1/sessions", json={"login": "a", "password": PASSWORD}),
            http.post("/api/v1/sessions", json={"login": 7, "password": {"x": PASSWORD}}),
            http.get("/chat/nobody/"),
            http.get("/readyz"),
            http.get("/version"),
        ]
    assert {each.status_code for each in answers} >= {401, 404, 422, 500, 503}
    for each in answers:
        told = each.text + str(each.headers)
        assert secrets(told) == [], each.url
        assert str(tmp_path) not in told

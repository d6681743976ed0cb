"""The first ten minutes of an agency, as docs/first-ten-minutes.md tells them: from an empty folder to an approval.

`python -m scripts.first_ten_minutes` sets up with `banli init`, starts `banli run`, publishes a flow over the API, lets
a client be answered in the web chat and hand in a passport, and has it approved. Everything goes through the command
line and HTTP. Exit code 0 when all of it came out within the limit.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from scripts.visitor import Visitor, free_port

ROOT: Final = Path(__file__).resolve().parent.parent
FLOW: Final = ROOT / "flows" / "visa_kr_tourist"
LIMIT: Final = 600.0  # seconds for everything
PATIENCE: Final = 180.0  # seconds for one step
ROLES: Final = ("sales", "consultant", "copywriter", "service", "finance", "reviewer", "supervisor")

ANSWERS: Final = """\
agency: {{name_zh: 甲乙丙签证, name_en: Agency ABC, language: zh-CN}}
database_url: {database}
port: {port}
admin: {{name: 管理员甲}}
"""

Found = TypeVar("Found")


class Clock:
    """Says how long each step took, and how long all of them."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def tell(self, step: str) -> None:
        now = time.monotonic()
        print(f"{now - self._began:7.1f} s  {step} ({now - self._last:.1f} s)", flush=True)
        self._last = now

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def environment() -> dict[str, str]:
    """Without any setting of Banli that this shell may have: what is set up is set up by `init`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BANLI_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


def banli(*words: str) -> list[str]:
    return [sys.executable, "-m", "bot.cli.main", *words]


def init(folder: Path, database: str, port: int) -> str:
    """Answers the questions of the set-up. Returns the admin's key."""
    answers = folder / "answers.yaml"
    answers.write_text(ANSWERS.format(database=database, port=port), "utf-8")
    command = banli("init", "--json", "--answers", str(answers))
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    key: str = httpx.Response(200, text=done.stdout).json()["api_key"]
    return key


@contextmanager
def running(folder: Path, port: int) -> Iterator[None]:
    """`banli run` in this folder, until the end."""
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(banli("run"), cwd=folder, env=environment(), stdout=log, stderr=log)
    try:
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "run.log").read_text("utf-8")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


def until(look: Callable[[], Found]) -> Found:
    """What `look` finds at last. Raises AssertionError when it never does."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.1)
    return found


class Api:
    """The admin API as one person with a key."""

    def __init__(self, port: int, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=PATIENCE)

    def get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self._http.post(path, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def publish(self, flow: Path) -> Any:
        headers = {"Content-Type": "application/yaml"}
        return self._http.post("/flows", content=flow.read_bytes(), headers=headers).raise_for_status().json()

    def close(self) -> None:
        self._http.close()


def sold(admin: Api, adviser: str) -> tuple[str, str]:
    """A client with a contract that takes effect. Returns the case, and the code by which the client is known."""
    client = admin.post("/clients", name="张三", phone="13800000000")["id"]
    contract = admin.post(
        "/contracts",
        client_id=client,
        flow="visa_kr_tourist",
        number="HT-0001",
        package="标准",
        amount=128_000,
        signed_on="2026-03-02",
        travellers=[{"name": "张三", "kind": "employed"}],
        team=dict.fromkeys(ROLES, adviser),
        fields={"centre": "shanghai"},
    )["id"]
    admin.post(f"/contracts/{contract}/deposit")
    case = admin.post(f"/contracts/{contract}/activate")["case_id"]
    return case, admin.post(f"/clients/{client}/invitations")["code"]


def version_of(reviewer: Api, case: str, item: str) -> Any:
    """The newest version of an item, None before there is one."""
    found = next(each for each in reviewer.get(f"/cases/{case}")["items"] if each["key"] == item)
    return found["versions"][0] if found["versions"] else None


def walk(folder: Path, database: str, clock: Clock) -> None:
    """The whole path. Raises AssertionError or HTTPStatusError at the step that did not come out."""
    port = free_port()
    key = init(folder, database, port)
    clock.tell("banli init: settings, key, tables, the first admin")
    with running(folder, port):
        clock.tell("banli run: it answers")
        admin = Api(port, key)
        flow = admin.publish(FLOW / "v1.yaml")
        clock.tell(f"flow {flow['flow']} version {flow['version']} is published over the API")
        adviser = admin.post("/staff", name="顾问甲", roles=list(ROLES))["id"]
        reviewer = Api(port, admin.post(f"/staff/{adviser}/keys", name="first")["key"])
        case, code = sold(admin, adviser)
        clock.tell("a member of staff, a client and a contract that opened his case")
        with Visitor(port) as client:
            client.says("你好")
            until(client.reads)
            clock.tell("a stranger is answered in the chat")
            client.says(code)
            until(lambda: client.presses("是我"))
            until(lambda: client.presses("同意"))
            client.says("材料")
            until(lambda: client.has_read("护照首页"))
            clock.tell("the client is known by his code and reads what is missing")
            client.sends(FLOW / "samples" / "passport.png", "护照")
            version = until(lambda: version_of(reviewer, case, "passport"))
            clock.tell("he sent a passport, which waits for review")
            ticks = [each["check"] for each in version["findings"] if each["outcome"] == "tick"]
            decided = reviewer.post(f"/versions/{version['id']}/review", decision="approved", ticks=ticks)
            assert decided["status"] == "approved", decided
            until(lambda: client.has_read("审核通过"))
            clock.tell("it is approved, and the client was told")
        reviewer.close()
        admin.close()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="first_ten_minutes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database-url-file", type=Path, help="a file with an empty database's address; else SQLite")
    asked = parser.parse_args(words)
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="banli-first-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/var/banli.sqlite3"
        if asked.database_url_file is not None:
            url = asked.database_url_file.read_text("utf-8").strip()
        walk(folder, url, clock)
    print(f"{clock.seconds:7.1f} s in all; the limit is {LIMIT:.0f} s.")
    return 0 if clock.seconds < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

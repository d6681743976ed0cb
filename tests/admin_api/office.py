"""An agency behind the admin API: two departments, every role in both, three clients, and a key for everybody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

from adapters.folder_store.store import FolderStore
from admin_api.app import install
from admin_api.parts import MadeStory, Parts
from admin_api.rates import Rates
from bot.story.reader import story_problems
from bot.texts.catalogue import built_in
from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.catalog.catalogue import Catalogue
from core.catalog.tables import flow_version
from core.commands.command import Command
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, IssueApiKey, RegisterClient
from core.commands.work import PublishFlow
from core.engine.calendars.known import CALENDARS
from core.files.child import Inspector
from core.files.limits import MIB, FileLimits
from core.files.links import PURPOSE, SENT_PURPOSE, OriginalLinks, SentLinks
from core.kit.clock import ManualClock
from core.kit.crypto import Vault
from core.kit.db import reader_engine, writer_engine
from core.kit.ids import new_id
from core.staff.living import BELL, LivingPolicy
from core.staff.policy import ROLES
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.store import Store
from core.store.unit import UnitOfWork
from core.wiring.hall import build_bus

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
FLOWS = Path(__file__).resolve().parents[2] / "flows"
LIMITS = FileLimits(upload_bytes=2 * MIB)
VAULT = Vault({"k1": bytes(range(32))}, "k1")
PHONE, EMAIL = "13800001234", "zhangsan@example.com"
CLIENTS = ("张三", "李四", "王五")  # the first two are the visa department's, the third the other one's
JP_FIELDS = {
    "residence_province": "shanghai",
    "hukou_province": "shanghai",
    "entry_type": "single",
    "has_old_passport": False,
    "refused_before": False,
    "own_itinerary": False,
}
Json = dict[str, Any]
_PUBLISHED: dict[Path, Json] = {}


@dataclass
class Office:
    """Everything of one agency under test. Whoever is called "visa.reviewer" is the reviewer of the visa department."""

    parts: Parts
    app: FastAPI
    http: TestClient
    clock: ManualClock
    departments: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    # -- the agency, made by the system --------------------------------------------------------------------------

    def do(self, command: Command) -> Any:
        return self.parts.store.run(lambda uow: self.make(uow, command))

    def make(self, uow: UnitOfWork, command: Command) -> Any:
        return self.parts.bus.execute(uow, command, Cause(SYSTEM, "cli", new_id()))

    def set_up(self, uow: UnitOfWork) -> None:
        for source in sorted(FLOWS.glob("visa_*_tourist/v1.yaml")):
            self.publish(uow, source)
        for department in ("visa", "other"):
            self.departments[department] = self.make(uow, AddDepartment(name=department))
            for role in ROLES:
                self.hire(uow, f"{department}.{role}", role, department)
        for number, name in enumerate(CLIENTS, start=1):
            client_id = self.make(uow, RegisterClient(name=name, phone=PHONE, email=EMAIL))
            chat = {"channel": "webchat", "account": "demo", "external_id": f"visitor-{number}"}
            self.make(uow, BindClientIdentity(client_id=client_id, **chat))
            self.clients[name] = client_id

    def publish(self, uow: UnitOfWork, source: Path) -> None:
        """Publish for real once in a run, then put in the row that came of it: reading a flow takes its time."""
        if source not in _PUBLISHED:
            version_id = self.make(uow, PublishFlow(source=source.read_text("utf-8")))
            _PUBLISHED[source] = {
                name: value for name, value in uow.get(flow_version, version_id).items() if name != "id"
            }
            return
        uow.add(flow_version, **_PUBLISHED[source])

    def hire(self, uow: UnitOfWork, name: str, role: str, department: str) -> None:
        command = AddStaff(name=name, roles=(role,), department_id=self.departments[department])
        self.staff[name] = self.make(uow, command)
        self.keys[name] = self.make(uow, IssueApiKey(staff_id=self.staff[name], name="test"))

    def team(self, department: str = "visa") -> dict[str, str]:
        roles = ("sales", "consultant", "copywriter", "reviewer", "service", "supervisor")
        return {role: str(self.staff[f"{department}.{role}"]) for role in roles}

    # -- speaking to the API ---------------------------------------------------------------------------------------

    def call(
        self, who: str | None, method: str, path: str, *, headers: Mapping[str, str] | None = None, **what: Any
    ) -> httpx2.Response:
        """One request as somebody, in English unless told otherwise."""
        given = {"accept-language": "en", **(headers or {})}
        if who is not None:
            given["authorization"] = f"Bearer {self.keys[who]}"
        return self.http.request(method, f"/api/v1{path}", headers=given, **what)

    def get(self, who: str | None, path: str, **what: Any) -> Json:
        """What a GET gives; anything but 200 is a failure of the test."""
        answer = self.call(who, "GET", path, **what)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def post(self, who: str | None, path: str, body: Json | None = None, **what: Any) -> Json:
        """What a POST gives, whatever was seen; anything but success is a failure of the test."""
        given = {"if-match": "*", **what.pop("headers", {})}
        answer = self.call(who, "POST", path, headers=given, **({} if body is None else {"json": body}), **what)
        assert answer.status_code in (200, 201, 204), answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def put(self, who: str | None, path: str, body: Json, **what: Any) -> Json:
        """What a PUT gives; anything but success is a failure of the test."""
        answer = self.call(who, "PUT", path, json=body, headers=self.seen(who, path), **what)
        assert answer.status_code in (200, 204), answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def patch(self, who: str | None, path: str, body: Json, **what: Any) -> Json:
        """What a PATCH gives; anything but success is a failure of the test."""
        answer = self.call(who, "PATCH", path, json=body, headers=self.seen(who, path), **what)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def delete(self, who: str | None, path: str) -> httpx2.Response:
        return self.call(who, "DELETE", path, headers=self.seen(who, path))

    def seen(self, who: str | None, path: str) -> dict[str, str]:
        """The header that says which state was seen: the present one, whatever it is where none can be read."""
        return {"if-match": self.call(who, "GET", path).headers.get("etag", "*")}

    def refused(self, status: int, code: str, who: str | None, method: str, path: str, **what: Any) -> Json:
        """The problem that a request gives, whatever was seen; 428 is asked for without a word of that."""
        seen = {} if status == 428 or method == "GET" else {"if-match": "*"}
        answer = self.call(who, method, path, headers={**seen, **what.pop("headers", {})}, **what)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
        found: Json = answer.json()
        assert found["code"] == code, found
        return found

    # -- shortcuts -------------------------------------------------------------------------------------------------

    def contract(self, client: str = "张三", kind: str = "retired", department: str = "visa", **more: Any) -> str:
        """A drafted contract, made by the department's sales."""
        flow = more.pop("flow", "visa_jp_tourist")
        body = {
            "client_id": str(self.clients[client]),
            "flow": flow,
            "number": f"HT-2026-{next(self.numbers):04d}",
            "package": "标准套餐",
            "amount": 128_000,
            "signed_on": "2026-03-01",
            "travellers": [{"name": client, "kind": kind}],
            "team": self.team(department),
            "fields": JP_FIELDS if flow == "visa_jp_tourist" else {},
        } | more
        return str(self.post(f"{department}.sales", "/contracts", body)["id"])

    def case(self, client: str = "张三", kind: str = "retired", department: str = "visa", **more: Any) -> str:
        """A case that waits for documents: its contract has taken effect and the deposit is there."""
        contract_id = self.contract(client, kind, department, **more)
        self.post(f"{department}.admin", f"/contracts/{contract_id}/deposit")
        found = self.post(f"{department}.admin", f"/contracts/{contract_id}/activate")
        return str(found["case_id"])

    def item(self, case_id: str, key: str, who: str = "visa.consultant") -> Json:
        """One row of a case's checklist."""
        found = self.get(who, f"/cases/{case_id}")["items"]
        row: Json = next(each for each in found if each["key"] == key)
        return row

    def upload(
        self, item_id: str, data: bytes, name: str = "scan.pdf", who: str = "visa.consultant"
    ) -> httpx2.Response:
        return self.call(who, "POST", f"/items/{item_id}/documents", files={"file": (name, data)})


@contextmanager
def open_office(url: str, folder: Path, inspector: Inspector) -> Iterator[Office]:
    """An office on this database (with tables), its files below `folder`."""
    clock, sealing, catalogue = ManualClock(START), Sealing(VAULT), Catalogue()
    store = Store(writer_engine(url), sealing, clock)
    reading = Reading(reader_engine(url), sealing)
    policy = LivingPolicy()
    bus: Bus = build_bus(policy, catalogue, dict(CALENDARS), built_in())
    parts = Parts(
        store=store,
        reading=reading,
        bus=bus,
        catalogue=catalogue,
        files=FolderStore(folder / "files", VAULT),
        inspector=inspector,
        clock=clock,
        policy=policy,
        limits=LIMITS,
        texts=built_in(),
        links=OriginalLinks(VAULT.derive(PURPOSE), "http://testserver"),
        sent_links=SentLinks(VAULT.derive(SENT_PURPOSE), "http://testserver"),
        rates=Rates(1_000_000),  # what is tried here is something else
        story_problems=story_problems,
        story_of=lambda row: MadeStory("story: one\n", 1, {"flow.yaml": b"key: x\n"}, ()),  # a real one takes seconds
    )
    app = FastAPI(title="Banli", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    install(app, parts)
    store.listen(BELL, policy.forget)
    store.start()
    try:
        with TestClient(app, raise_server_exceptions=False) as http:
            office = Office(parts, app, http, clock)
            store.run(office.set_up, timeout=120)
            yield office
    finally:
        store.close()
        reading.close()

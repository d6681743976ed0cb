"""What the driver does for each kind of event: one or more deliveries, each of which may be tried again unchanged."""

import json
import os
from collections.abc import Callable
from typing import Any, Final

import httpx

from core.channel.inbound import Address, ButtonPress, FileRef, InboundMessage
from core.kit.ids import new_id
from tests.crash.channel import ACCOUNT, DOOR, NAME
from tests.crash.lane import Lane
from tests.crash.warm import source
from tests.crash.world import PASSPORT, Desk, picture

SECONDS: Final = 20.0
Deliver = Callable[[], None]


class NotTaken(Exception):
    """Nobody answered, or the answer was that it is to be sent again."""


class Doors:
    """The two ways into the product, over HTTP."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{lane.port}", timeout=SECONDS)

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, **what: Any) -> None:
        """Returns when it was acknowledged. Raises NotTaken, AssertionError for a refusal that nobody expected."""
        try:
            answer = self._http.post(path, **what)
        except httpx.TransportError as broken:
            raise NotTaken(type(broken).__name__) from broken
        if answer.status_code in (409, 429, 503):
            raise NotTaken(answer.status_code)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:500]}"

    def webhook(self, update: str, inbound: Any) -> Deliver:
        """A delivery of the messenger."""
        told = {"platform_id": update, "conversation": inbound.address.key, "raw": inbound.model_dump_json()}
        return lambda: self.post(DOOR, content=json.dumps(told))

    def api(self, key: str, path: str, **what: Any) -> Deliver:
        """A request of staff that may come twice."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"crash-{new_id()}", **what.pop("headers", {})}
        return lambda: self.post(f"/api/v1{path}", headers=headers, **what)

    def page(self, desk: Desk, path: str, **what: Any) -> Deliver:
        """A request of the web chat's page."""
        return lambda: self.post(f"/chat/me/api/{path}", headers={"Cookie": f"banli_chat={desk.cookie}"}, **what)


def deliveries(lane: Lane, doors: Doors, desk: Desk, version: int) -> list[Deliver]:
    """What happens at this desk; `version` is the number of a flow version that has not been published."""
    said = f"{desk.kind.replace(' ', '-')}-{new_id()}"
    client, staff = _at(desk.client_chat), _at(desk.staff_chat)
    match desk.kind:
        case "text":
            return [doors.webhook(said, InboundMessage(address=client, sender=desk.client_chat, text="进度"))]
        case "form":
            return [doors.webhook(said, InboundMessage(address=staff, sender=desk.staff_chat, text="2026年3月20日"))]
        case "handoff":
            return [doors.webhook(said, InboundMessage(address=staff, sender=desk.staff_chat, text="您好，请稍等。"))]
        case "press":
            return [doors.webhook(said, ButtonPress(address=client, sender=desk.client_chat, token=desk.token))]
        case "approve":
            return [doors.webhook(said, ButtonPress(address=staff, sender=desk.staff_chat, token=desk.token))]
        case "file":
            return [doors.webhook(said, _picture(lane, desk, 1, ""))]
        case "album":
            return [doors.webhook(f"{said}-{page}", _picture(lane, desk, page, said)) for page in (1, 2)]
        case "page text":
            return [doors.page(desk, "messages", json={"id": said, "text": "进度"})]
        case "page file":
            form = {"id": said, "caption": PASSPORT, "album": ""}
            files = {"file": ("passport.jpg", picture(desk.number), "image/jpeg")}
            return [doors.page(desk, "files", data=form, files=files)]
        case "timer":
            return [lambda: lane.timer_is_due(desk, "RunRule")]
        case "sweep":
            return [lambda: orphan(lane)]
        case _:
            return [_over_the_api(lane, doors, desk, version)]


def orphan(lane: Lane) -> None:
    """A file that nobody will ever name, older than the sweeper's grace; one that is there already is enough."""
    store = lane.store()
    before = lane.now().timestamp() - 10 * 86_400
    kept = store.put([b"nobody names this"], 1000)
    path = store._root / kept.handle[:2] / kept.handle[2:4] / kept.handle
    os.utime(path, (before, before))


def _over_the_api(lane: Lane, doors: Doors, desk: Desk, version: int) -> Deliver:
    match desk.kind:
        case "reject":
            verdict = {"decision": "rejected", "reason": "blur"}
            return doors.api(desk.key, f"/versions/{desk.version_id}/review", json=verdict)
        case "send back":
            return doors.api(desk.key, f"/cases/{desk.case_id}/send-back", json={"to": "prepare", "remark": "请更正"})
        case "cancel":
            return doors.api(desk.key, f"/cases/{desk.case_id}/advance", json={"trigger": "withdraw"})
        case "erase":
            return doors.api(lane.agency.admin_key, f"/clients/{desk.client_id}/erase")
        case _:
            headers = {"Content-Type": "application/yaml"}
            key = lane.agency.admin_key
            return doors.api(key, "/flows", content=source(version).encode(), headers=headers)


def _picture(lane: Lane, desk: Desk, page: int, album: str) -> InboundMessage:
    data = picture(desk.number, page)
    handle = f"f{desk.number}-{page}"
    lane.platform.files[handle] = data
    caption = "" if page > 1 else "身份证" if album else PASSPORT
    ref = FileRef(handle=handle, name=f"{page}.jpg", size=len(data))
    return InboundMessage(address=_at(desk.client_chat), sender=desk.client_chat, text=caption, file=ref, album=album)


def _at(chat: str) -> Address:
    return Address(channel=NAME, account=ACCOUNT, chat=chat)

"""A strict little messenger on loopback that delivers over a connection: in order, until acknowledged, to one.

Lines of JSON. `{"open": account}` is answered with a status; then each parcel `{"id", "chat", "text"}` is sent once a
connection, and `{"ack": id}` ends it. A second connection of an account is refused with 409 while one is open.
"""

import json
import socketserver
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

DEADLOCK = 120.0  # seconds; a busy machine is slow, nothing is measured here


@dataclass
class Postbox:
    """What clients did, in order; `complaints` are their faults. `moods` are answers to the next that open."""

    opened: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    moods: deque[dict[str, Any]] = field(default_factory=deque)
    on_ack: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self._open: dict[str, _Peer] = {}
        self._parcels: dict[str, list[dict[str, str]]] = {}
        self._changed = threading.Condition(threading.RLock())

    def __enter__(self) -> Self:
        box = self

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            postbox = box

            def handle_error(self, request: Any, client_address: Any) -> None:
                """The other side was killed in the middle of a line: that is what this is for."""

        self._server = Server(("127.0.0.1", 0), _Peer)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="postbox", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def posts(self, account: str, chat: str, *texts: str) -> None:
        """Somebody writes; it is sent now, or as soon as the account is connected."""
        with self._changed:
            for text in texts:
                parcels = self._parcels.setdefault(account, [])
                parcels.append({"id": f"{account}-{chat}-{text}", "chat": chat, "text": text})
                if (peer := self._open.get(account)) is not None:
                    peer.send(parcels[-1])

    def hangs_up(self, account: str) -> None:
        """Returns when it has forgotten the connection: whoever calls again at once is not told that one is open."""
        with self._changed:
            peer = self._open[account]
            peer.hang_up()
            self.wait(lambda: self._open.get(account) is not peer)

    def is_open(self, account: str) -> bool:
        with self._changed:
            return account in self._open

    def left(self, account: str) -> int:
        """Parcels that nobody has acknowledged."""
        with self._changed:
            return len(self._parcels.get(account, ()))

    def wait(self, until: Callable[[], bool], why: Callable[[], object] = lambda: "") -> None:
        """Returns when it is so. Raises AssertionError, with what `why` tells, when it never is."""
        with self._changed:
            assert self._changed.wait_for(until, DEADLOCK), (self, why())

    # -- what its connections tell ---------------------------------------------------------------------------------

    def open(self, account: str, peer: "_Peer") -> dict[str, Any]:
        with self._changed:
            answer = {"status": 409} if account in self._open else {"status": 200}
            if answer["status"] == 200 and self.moods:
                answer = self.moods.popleft()
            (self.opened if answer["status"] == 200 else self.refused).append(account)
            peer.send(answer)
            if answer["status"] == 200:
                self._open[account] = peer
                for parcel in self._parcels.get(account, ()):
                    peer.send(parcel)
            self._changed.notify_all()
            return answer

    def ack(self, account: str, parcel_id: str) -> None:
        with self._changed:
            self.on_ack(parcel_id)
            parcels = self._parcels.get(account, [])
            if not parcels or parcels[0]["id"] != parcel_id:
                self.complaints.append(f"{parcel_id} is not the next to be acknowledged")
            self._parcels[account] = [each for each in parcels if each["id"] != parcel_id]
            self.acknowledged.append(parcel_id)
            self._changed.notify_all()

    def close(self, account: str) -> None:
        with self._changed:
            del self._open[account]
            self.closed.append(account)
            self._changed.notify_all()


class _Peer(socketserver.StreamRequestHandler):
    """One connection."""

    @property
    def postbox(self) -> Postbox:
        found: Postbox = self.server.postbox  # type: ignore[attr-defined]  # the server is that of __enter__
        return found

    def handle(self) -> None:
        account = json.loads(self.rfile.readline())["open"]
        if self.postbox.open(account, self)["status"] != 200:
            return
        try:
            with suppress(OSError):
                while line := self.rfile.readline():
                    self.postbox.ack(account, json.loads(line)["ack"])
        finally:
            self.postbox.close(account)

    def send(self, said: dict[str, Any]) -> None:
        if "id" in said:
            self.postbox.delivered.append(said["id"])
        with suppress(OSError):
            self.wfile.write(json.dumps(said).encode() + b"\n")

    def hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(2)

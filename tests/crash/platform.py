"""The platform that the driver plays: takes messages, remembers every single delivery, and fails when told to."""

import base64
import json
import socketserver
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

Fault = Literal["429", "500", "slow", "ambiguous", "200 with an error", "late"]
FAULTS: tuple[Fault, ...] = ("429", "500", "slow", "ambiguous", "200 with an error")
SLOW_SECONDS = 0.7
RETRY_AFTER = 0.3


@dataclass(slots=True)
class Taken:
    """One message that the platform took; `key` is what the sender named it by, whether or not the platform looks."""

    chat: str
    key: str
    id: str
    at: float
    text: str
    buttons: list[dict[str, str]]
    redrawn: int = 0


@dataclass
class Platform:
    """One bot account of a messenger, on a socket. With `looks_at_keys` it shows a repeated key once, as some do."""

    socket: Path
    looks_at_keys: bool = False
    taken: list[Taken] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    failed: list[tuple[str, Fault, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        platform = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline()
                answer = platform.answer(json.loads(line)) if line else None
                if answer is not None:
                    self.wfile.write(json.dumps(answer).encode() + b"\n")

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """The other side was killed in the middle of a call: that is what this is for."""

        self._server = Server(str(self.socket), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="platform", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.socket.unlink(missing_ok=True)

    def fail(self, chat: str, faults: Iterable[Fault]) -> None:
        """The next calls about this chat fail so, one after the other."""
        self.faults[chat].extend(faults)

    def answer(self, said: dict[str, Any]) -> dict[str, Any] | None:
        """What the platform answers; None: it says nothing at all."""
        if said["op"] == "fetch":
            data = self.files.get(said["handle"])
            return {"status": 200} if data is None else {"status": 200, "data": base64.b64encode(data).decode()}
        fault = self._fault(said["chat"])
        if fault == "429":
            return {"status": 429, "retry_after": RETRY_AFTER}
        if fault == "500":
            return {"status": 500}
        if fault == "200 with an error":
            return {"status": 200, "errcode": 45009}
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        with self._lock:
            done = self._redraw(said) if said["op"] == "redraw" else self._take(said)
        if fault == "late":  # it is shown, and we hear of it later
            time.sleep(SLOW_SECONDS)
        return None if fault == "ambiguous" else done

    def copies(self, key: str) -> int:
        """How often the message of this key was taken."""
        return sum(each.key == key for each in list(self.taken))

    def seen_in(self, chat: str) -> list[Taken]:
        return [each for each in list(self.taken) if each.chat == chat]

    def _fault(self, chat: str) -> Fault | None:
        with self._lock:
            waiting = self.faults.get(chat)
            if not waiting:
                return None
            fault = waiting.popleft()
            self.failed.append((chat, fault, time.monotonic()))
            return fault

    def _take(self, said: dict[str, Any]) -> dict[str, Any]:
        known = next((each for each in self.taken if each.key == said["key"]), None)
        if known is not None and self.looks_at_keys:
            return {"status": 200, "id": known.id}
        taken = Taken(said["chat"], said["key"], f"p{len(self.taken)}", time.monotonic(), said["text"], said["buttons"])
        self.taken.append(taken)
        return {"status": 200, "id": taken.id}

    def _redraw(self, said: dict[str, Any]) -> dict[str, Any]:
        for each in self.taken:
            if each.id == said["id"]:
                each.text, each.buttons, each.redrawn = said["text"], said["buttons"], each.redrawn + 1
        return {"status": 200}

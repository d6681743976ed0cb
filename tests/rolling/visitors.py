"""Clients at several doors: what one door does not take, because it closes or is closed, is said again at the next."""

import threading
import time
from collections.abc import Sequence

import httpx

PAUSE = 0.3  # seconds between two messages of one client, and before a message is said again
CLOSED = (502, 503, 504)


class Client(threading.Thread):
    """Speaks until told to stop. `taken`: the ids that a door answered for; `again`: how often one was said again."""

    def __init__(self, name: str, ports: Sequence[int]) -> None:
        super().__init__(name=name, daemon=True)
        self.ports = ports
        self.taken: list[str] = []
        self.wrong: list[str] = []
        self.again = 0
        self.longest = 0.0
        self._end = threading.Event()
        self._http = httpx.Client(timeout=30.0, trust_env=False)
        self._door = 0

    def run(self) -> None:
        with self._http:
            self._posts("session", {})
            while not self._end.is_set():
                said = f"{self.name}-{len(self.taken) + 1:06}"
                if self._posts("messages", {"id": said, "text": "menu"}):
                    self.taken.append(said)
                self._end.wait(PAUSE)

    def ends(self) -> None:
        self._end.set()
        self.join()

    def _posts(self, path: str, body: dict[str, str]) -> bool:
        """Until a door takes it; whether it was taken. Another answer than a closed door is wrong. Where all doors are
        closed and he was told to stop, he gives up: a run that was ended has none left."""
        began = time.monotonic()
        closed = 0
        while not (self._end.is_set() and closed > len(self.ports)):
            port = self.ports[self._door % len(self.ports)]
            try:
                answer = self._http.post(f"http://127.0.0.1:{port}/chat/me/api/{path}", json=body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in CLOSED:
                self.longest = max(self.longest, time.monotonic() - began)
                if not answer.is_success:
                    self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
                return answer.is_success
            closed += 1
            self.again += 1
            self._door += 1
            time.sleep(PAUSE)
        return False

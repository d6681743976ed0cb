"""A client at the web chat, over HTTP: his session, what he says, sends and presses, and what he reads."""

import itertools
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

SECONDS = 180.0


class Visitor:
    """One browser with a session cookie."""

    def __init__(self, port: int) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/chat/me/api/", timeout=SECONDS)
        self._ids = (f"visitor-{number:06}" for number in itertools.count(1))
        self._pressed: set[str] = set()
        self._http.post("session", json={}).raise_for_status()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def says(self, text: str) -> None:
        self._http.post("messages", json={"id": next(self._ids), "text": text}).raise_for_status()

    def sends(self, picture: Path, caption: str) -> None:
        form = {"id": next(self._ids), "caption": caption, "album": ""}
        files = {"file": (picture.name, picture.read_bytes(), "image/png")}
        self._http.post("files", data=form, files=files).raise_for_status()

    def presses(self, label: str) -> bool:
        """The newest button with this label that he has not pressed; whether there was one."""
        for message in reversed(self.reads()):
            for button in message["card"]["buttons"]:
                if label == button["label"] and button["token"] not in self._pressed:
                    self._pressed.add(button["token"])
                    pressed = {"id": next(self._ids), "token": button["token"], "message": message["id"]}
                    self._http.post("presses", json=pressed).raise_for_status()
                    return True
        return False

    def reads(self) -> list[dict[str, Any]]:
        """The cards that he was sent, as they look now, oldest first."""
        told = self._http.get("messages", params={"after": "0"}).raise_for_status().json()
        shown = {each["id"]: each for each in told["messages"] if each["from"] != "me"}
        return list(shown.values())

    def has_read(self, words: str) -> bool:
        return any(words in str(each["card"]) for each in self.reads())


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""The kinds of events that the crash tests let happen; each has desks of its own in a world."""

from typing import Final, Literal, get_args

Kind = Literal[
    "text",  # a client asks for his progress in the messenger
    "page text",  # the same at the web chat, over its HTTP API
    "form",  # staff answer the question of a form
    "file",  # a client sends a picture with a caption
    "page file",  # the same at the web chat
    "album",  # two pictures that belong together
    "press",  # a client presses "I agree"
    "approve",  # staff press "approve" in the messenger
    "reject",  # staff reject over the API
    "send back",  # staff send a case back over the API
    "timer",  # a rule's hour comes
    "publish",  # a flow version is published over the API
    "handoff",  # staff speak in a chat that they hold
    "cancel",  # a case is withdrawn over the API
    "erase",  # a client is erased over the API
    "sweep",  # a file that no row names lies in the store
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AT_THE_PAGE: Final[frozenset[Kind]] = frozenset({"page text", "page file"})
WITHOUT_DESK: Final[frozenset[Kind]] = frozenset({"publish", "sweep"})

"""A loopback channel that does not take every edit, as real platforms do not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.loopback.channel import LoopbackChannel
from core.channel.inbound import Address
from core.channel.outbound import OutboundMessage
from core.channel.port import DeliveryFailed


def _never(chat: str) -> DeliveryFailed | None:
    return None


@dataclass
class ForgetfulChannel(LoopbackChannel):
    """`loses` is asked before every edit of a chat; what it returns is raised, and the card stays as it was."""

    loses: Callable[[str], DeliveryFailed | None] = _never
    edits: list[str] = field(default_factory=list)  # external ids of the messages that were to be edited

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        self.edits.append(external_id)
        lost = self.loses(to.chat)
        if lost is not None:
            raise lost
        await super().redraw(to, external_id, message)

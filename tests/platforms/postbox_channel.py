"""The adapter of the postbox, as adapters of messengers that want a connection kept have to be."""

import asyncio
import json
from dataclasses import dataclass, field

from adapters.loopback.channel import LoopbackChannel
from core.channel.inbound import Address, InboundMessage, Update
from core.channel.port import ConnectFailed, Line

NAME = "postbox"


@dataclass
class PostboxChannel(LoopbackChannel):
    """What it sends lies in memory; what arrives comes over the connection."""

    name: str = NAME
    port: int = 0
    forgets: list[str] = field(default_factory=list)  # parcels whose connection breaks before they are acknowledged

    async def connect(self, line: Line) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as down:
            raise ConnectFailed("the postbox is down") from down
        try:
            writer.write(json.dumps({"open": self.account}).encode() + b"\n")
            answer = json.loads(await reader.readline() or b"{}")
            if answer.get("status") != 200:
                raise ConnectFailed(f"status {answer.get('status')}", retry_after=answer.get("retry_after"))
            line.alive()
            while said := await reader.readline():
                line.alive()
                parcel = json.loads(said)
                await line.receive(self._update(parcel))
                if parcel["id"] in self.forgets:
                    self.forgets.remove(parcel["id"])
                    raise ConnectFailed("broken before the acknowledgement")
                writer.write(json.dumps({"ack": parcel["id"]}).encode() + b"\n")
        except OSError as lost:
            raise ConnectFailed("the connection broke") from lost
        finally:
            writer.close()

    def _update(self, parcel: dict[str, str]) -> Update:
        at = Address(channel=self.name, account=self.account, chat=parcel["chat"])
        said = InboundMessage(address=at, sender=parcel["chat"], text=parcel["text"])
        return Update(
            channel=self.name,
            account=self.account,
            platform_id=parcel["id"],
            conversation=at.key,
            raw=said.model_dump_json().encode(),
        )

"""From a semantic message to what the page shows, as JSON. Text stays text: the page never makes markup of it."""

from typing import Any

from core.channel.outbound import Card, Image, OutboundMessage
from core.store.sealing import Row


def body_of(message: OutboundMessage) -> dict[str, Any]:
    """The part of a page message that is kept in its row."""
    card = message.card
    image = None if card.image is None else _image(card.image)
    return {
        "sender": message.sender_name,
        "card": {
            "kind": card.kind,
            "title": card.title,
            "text": card.text,
            "facts": [list(fact) for fact in card.facts],
            "image": image,
            "link": None if card.link is None else card.link.model_dump(),
            "more_images": [_image(each) for each in card.more_images],
            "buttons": [button.model_dump() for button in card.buttons],
            "footer": card.footer,
        },
        "file": None,
    }


def _image(image: Image) -> dict[str, Any]:
    return {**image.model_dump(mode="json"), "file_id": str(image.file_id)}


def _at(seat: str, image: dict[str, Any]) -> dict[str, str]:
    """Where the page finds a picture."""
    place = f"samples/{image['sample']}" if image["sample"] else f"files/{image['file_id']}"
    return {"url": f"/chat/{seat}/api/{place}", "alt": image["alt"]}


def own_body(text: str, file: dict[str, Any] | None) -> dict[str, Any]:
    """What the visitor himself said."""
    return {**body_of(OutboundMessage(card=Card(kind="own", text=text))), "file": file}


def page_message(row: Row, seat: str) -> dict[str, Any]:
    """A row as the page gets it."""
    body = row["body"]
    card = dict(body["card"])
    if card["image"] is not None:
        card["image"] = _at(seat, card["image"])
    card["more_images"] = [_at(seat, each) for each in card.get("more_images", ())]  # older rows have none
    return {
        "id": row["external_id"],
        "cursor": str(row["cursor"]),
        "from": row["sender"],
        "sender": body["sender"],
        "at": row["at"].isoformat(),
        "redrawn": row["redrawn"],
        "card": card,
        "file": body["file"],
    }

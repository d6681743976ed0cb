"""My account: somebody asks under which name this channel knows him, so that an admin can bind it to a colleague."""

from bot.turn import Turn

WORDS = frozenset({"我的账号", "账号", "my account"})


def is_asked(turn: Turn) -> bool:
    """Whether somebody unknown, or a colleague, asks. A client is bound by his code and needs none of this."""
    return turn.text.lower() in WORDS and (turn.actor.kind == "staff" or turn.actor.id == 0)


def tell(turn: Turn) -> None:
    """The three values that `POST /staff/{id}/identities` takes: his own, and no secret that would open anything."""
    where = {"channel": turn.chat["channel"], "account": turn.chat["account"], "external_id": turn.inbound.sender}
    turn.say("account.here", **where)

"""A scenario of R6: a button is pressed while nobody on our side knows yet that its message has arrived."""

import time
from typing import Final

from core.channel.inbound import Address, ButtonPress, InboundMessage
from core.kit.ids import new_id
from core.ledger.tables import inbox, outbox
from tests.crash.channel import ACCOUNT, NAME
from tests.crash.driver import Run
from tests.crash.platform import Fault, Taken
from tests.crash.seen import Seen
from tests.crash.world import Desk

LATE: Final[tuple[Fault, ...]] = ("late", "ambiguous")  # the answer to the send comes late, or never
PATIENCE: Final = 20.0


def early_press(run: Run) -> Seen:
    seen = Seen()
    for fault in LATE:
        desk = run.desk("text")
        run.lane.platform.fail(desk.client_chat, [fault])
        at = Address(channel=NAME, account=ACCOUNT, chat=desk.client_chat)
        asked = InboundMessage(address=at, sender=desk.client_chat, text="帮助")
        run.insist([run.doors.webhook(f"menu-{new_id()}", asked)])
        update = f"early-{new_id()}"
        token = _first(run, desk).buttons[0]["token"]
        press = run.doors.webhook(update, ButtonPress(address=at, sender=desk.client_chat, token=token))
        run.insist([press, press])
        run.rest()
        seen.count += 2
        with run.lane.looking() as reader:
            [row] = reader.find(inbox, platform_id=update)
            answers = reader.find(outbox, cause=row["id"], state="sent")
        if row["state"] != "done" or len(answers) != 1:
            seen.wrong.append(f"R6 an early press is {row['state']} with {len(answers)} answers")
        seen.wrong += run.in_order(desk)
    seen.note = "pressed before the send was known to have arrived: answered once"
    return seen


def _first(run: Run, desk: Desk) -> Taken:
    """The message, as soon as the platform shows it."""
    end = time.monotonic() + PATIENCE
    while not (shown := run.lane.platform.seen_in(desk.client_chat)):
        if time.monotonic() > end:
            raise TimeoutError("nothing was sent")
        time.sleep(0.01)
    return shown[0]

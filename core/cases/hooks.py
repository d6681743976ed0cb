"""Webhooks: what a delivery says of a case. It is written down when the rule acts, so that every attempt says the same.

The body, as Standard Webhooks advises, with ids as text: `{"type", "timestamp", "id", "data": {"rule", "case": {"id",
"number", "flow", "version", "stage", "substate", "outcome", "state"}, "fields"}}`.
"""

import json
from datetime import UTC
from typing import Any, Final

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.channel.inbound import Address
from core.commands.hooks import CallWebhook
from core.engine.lint_hooks import no_such_hook
from core.events.hooks import WebhookAsked
from core.kit.errors import Invalid
from core.kit.ids import new_id
from core.ledger import outbox
from core.store.sealing import Row

CHANNEL: Final = "hook"  # its accounts are the names of the webhooks
NOTICE: Final = "webhook"


def call_webhook(command: CallWebhook, deed: Deed) -> int:
    """Returns the outbox id. Raises Invalid for a webhook that the operator has not listed, or does not list any more.

    Deliveries of one case to one webhook go out in order; those of other cases do not wait for them.
    """
    row = deed.uow.get(case, command.case_id)
    known = deed.tool("hooks")
    if command.hook not in known:
        raise Invalid(problems=[no_such_hook(command.hook, known, "/hook")])
    before = outbox.known(deed.uow, command.once)
    outbox_id = outbox.append(
        deed.uow,
        Address(channel=CHANNEL, account=command.hook, chat=f"case:{row['id']}"),
        ("client", row["client_id"]),
        _notice(command, row, deed),
        case_id=row["id"],
        once=command.once,
    )
    if before is None:
        deed.emit(WebhookAsked(case_id=row["id"], hook=command.hook, outbox_id=outbox_id))
    return outbox_id


def _notice(command: CallWebhook, row: Row, deed: Deed) -> dict[str, Any]:
    flow = compiled_of(deed, row).flow
    delivery = f"msg_{new_id()}"
    moment = deed.now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    about = {name: row[name] for name in ("number", "stage", "substate", "outcome", "state")}
    said = {
        "rule": command.rule,
        "case": {"id": str(row["id"]), "flow": flow.key, "version": flow.version, **about},
        "fields": {key: row["fields"].get(key) for key in command.fields},
    }
    body = {"type": command.set_off, "timestamp": moment, "id": delivery, "data": said}
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    params = {"delivery": delivery, "body": written}
    return {"kind": NOTICE, "subject": {"case": row["id"]}, "params": params, "tokens": []}

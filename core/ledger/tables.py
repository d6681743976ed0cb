"""Tables of the ledger. Each has a partial index on what still waits, so that history costs the loops nothing."""

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)

from core.kit.db import Instant, Json, key, metadata, plain, sealed

WAITING = text("state = 'waiting'")
DEAD = text("state = 'dead'")  # what is parked is counted whenever somebody looks, however long the history is


def in_state(table: FromClause, *states: str) -> ColumnElement[bool]:
    """The condition written out: SQLite takes a partial index only for a statement that itself names the state."""
    named: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return table.c.state == named[0] if len(named) == 1 else table.c.state.in_(named)


def oldest_first(table: FromClause) -> ColumnElement[int]:
    """Sorts what waits in memory. By the bare id SQLite would walk through all of history, as its index is in order."""
    return table.c.id + literal_column("0")


inbox = Table(
    "inbox",
    metadata,
    key(),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("platform_id", String(200)),
    plain("conversation", String(300)),
    sealed("raw", "content", "bytes", nullable=False),
    plain("received_at", Instant),
    plain("state", String(10), default="waiting"),  # waiting, done, dead, discarded (by hand)
    plain("due", Instant),
    plain("attempts", Integer, default=0),
    plain("error", String(500), nullable=True),
    UniqueConstraint("channel", "account", "platform_id"),
)
Index(  # the only one of what waits, so that PostgreSQL has no choice, see core.ledger.crowd
    "ix_inbox_conversation_waiting",
    inbox.c.conversation,
    inbox.c.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)

outbox = Table(
    "outbox",
    metadata,
    key(),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("chat", String(200)),
    plain("conversation_id", BigInteger, nullable=True),
    plain("person_kind", String(10)),  # client, staff
    plain("person_id", BigInteger),
    plain("case_id", BigInteger, nullable=True),
    plain("card", String(100), nullable=True),  # all copies of one card have this key
    plain("copy_of", BigInteger, nullable=True),  # a redraw names the row whose message it replaces
    plain("once", String(200), nullable=True, unique=True),
    sealed("notice", "content", "json", nullable=False),
    plain("created_at", Instant),
    plain("state", String(10), default="waiting"),  # waiting, sending, sent, dropped, lost, unknown, dead, discarded
    plain("due", Instant),
    plain("attempts", Integer, default=0),
    plain("lease_until", Instant, nullable=True),
    plain("holder", BigInteger, nullable=True),  # the process that claimed it
    plain("external_id", String(200), nullable=True),
    plain("sent_at", Instant, nullable=True),
    plain("error", String(500), nullable=True),
    plain("shown", String(64), nullable=True),  # digest of what the copy shows, see core.ledger.looks
    plain("look_at", Instant, nullable=True),  # when it is compared with what it would show now; None: never
    plain("seen", Integer, nullable=True),  # version of its case at the last look
    plain("tries", Integer, default=0, server_default="0"),  # redraws that the platform did not take, in a row
    plain("cause", BigInteger, nullable=True),  # the id of the update, request or timer that it follows from
)
OPEN = text("state IN ('waiting', 'sending')")
Index("ix_outbox_open", outbox.c.due, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_outbox_chat_open", outbox.c.channel, outbox.c.chat, outbox.c.id, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_outbox_card", outbox.c.card)
_LIVE = text("look_at IS NOT NULL")
Index("ix_outbox_look", outbox.c.look_at, sqlite_where=_LIVE, postgresql_where=_LIVE)
Index("ix_outbox_case_live", outbox.c.case_id, sqlite_where=_LIVE, postgresql_where=_LIVE)
_TRIED = text("tries > 0")  # few: a redraw that arrives sets it back
Index("ix_outbox_tried", outbox.c.id, sqlite_where=_TRIED, postgresql_where=_TRIED)
_COMING = text("copy_of IS NOT NULL AND state IN ('waiting', 'sending')")
Index("ix_outbox_coming", outbox.c.copy_of, sqlite_where=_COMING, postgresql_where=_COMING)

timer = Table(
    "timer",
    metadata,
    key(),
    plain("key", String(200)),
    plain("case_id", BigInteger, nullable=True),
    plain("scope", String(60)),  # leaving a stage cancels the timers of scope "stage"
    sealed("command", "content", "json", nullable=False),
    plain("due", Instant),
    plain("state", String(10), default="waiting"),  # waiting, fired, cancelled, dead, discarded
    plain("attempts", Integer, default=0),
    plain("error", String(500), nullable=True),
)
Index("ix_timer_waiting", timer.c.due, sqlite_where=WAITING, postgresql_where=WAITING)
Index("uq_timer_key_waiting", timer.c.key, unique=True, sqlite_where=WAITING, postgresql_where=WAITING)
Index("ix_timer_case", timer.c.case_id, timer.c.scope, sqlite_where=WAITING, postgresql_where=WAITING)

button = Table(
    "button",
    metadata,
    key(),
    plain("token", String(40), unique=True),
    sealed("command", "content", "json", nullable=False),
    sealed("label", "content", "json", nullable=False),  # language -> words; may name a traveller
    plain("style", String(10), default="plain"),
    plain("for_kind", String(10)),  # client, staff: who may press at all
    plain("for_id", BigInteger, nullable=True),  # one person; None: every one whom the command's permission admits
    plain("case_id", BigInteger, nullable=True),
    plain("card", String(100)),
    plain("keeps", Integer, default=0),  # 1: a press does not spend it and does not close its card
    plain("state", String(10), default="open"),  # open, spent, closed
    plain("expires_at", Instant, nullable=True),
    plain("settled_at", Instant, nullable=True),
    plain("settled_kind", String(10), nullable=True),
    plain("settled_by", BigInteger, nullable=True),
)
Index("ix_button_card", button.c.card)
_STILL_OPEN = text("state = 'open'")
Index("ix_button_for_open", button.c.for_id, button.c.id, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN)

errand = Table(
    "errand",
    metadata,
    key(),
    plain("kind", String(20)),  # fetch
    plain("key", String(200), unique=True),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("conversation", String(300)),
    sealed("what", "content", "json", nullable=False),
    plain("state", String(10), default="waiting"),  # held, waiting, running, done, dead, discarded
    plain("due", Instant),
    plain("attempts", Integer, default=0),
    plain("lease_until", Instant, nullable=True),
    plain("holder", BigInteger, nullable=True),  # the process that claimed it
    plain("error", String(500), nullable=True),
)
Index("ix_errand_open", errand.c.due, sqlite_where=text("state IN ('waiting', 'running')"),
      postgresql_where=text("state IN ('waiting', 'running')"))  # fmt: skip

Index("ix_errand_held", errand.c.conversation, sqlite_where=text("state = 'held'"),
      postgresql_where=text("state = 'held'"))  # fmt: skip

for _queue in (inbox, outbox, timer, errand):
    Index(f"ix_{_queue.name}_dead", _queue.c.due, sqlite_where=DEAD, postgresql_where=DEAD)

queue_act = Table(  # what somebody did by hand with a row that was parked
    "queue_act",
    metadata,
    key(),
    plain("entry_id", BigInteger),  # of inbox, outbox, timer or errand
    plain("act", String(10)),  # retry, drop
    plain("at", Instant),
    plain("by_id", BigInteger),  # 0: the command line
    sealed("reason", "content"),
)
Index("ix_queue_act_entry", queue_act.c.entry_id)

repeat = Table(  # a request that may come again: its caller, his key, and what came of it
    "repeat",
    metadata,
    key(),
    plain("staff_id", BigInteger),
    plain("key", String(64)),  # digest of what the caller sent as Idempotency-Key
    sealed("kept", "content", "json", nullable=False),  # digest of the request, result of the deed, then the answer
    plain("at", Instant),
    UniqueConstraint("staff_id", "key"),
)
Index("ix_repeat_at", repeat.c.at)

audit = Table(
    "audit",
    metadata,
    key(),
    plain("at", Instant),
    plain("actor_kind", String(10)),
    plain("actor_id", BigInteger),
    plain("behalf_id", BigInteger, nullable=True),  # for whom he stood in
    plain("door", String(10)),  # chat, api, timer, rule, cli
    plain("command", String(60)),
    plain("subject", String(60), nullable=True),  # e.g. "case:123"
    plain("case_id", BigInteger, nullable=True),
    plain("outcome", String(10)),  # done, refused
    plain("code", String(60), nullable=True),
    plain("correlation", BigInteger),
    plain("chain", BigInteger, nullable=True),  # position, given by the sealer afterwards
    plain("mac", String(64), nullable=True),
)
Index("ix_audit_unsealed", audit.c.id, sqlite_where=text("chain IS NULL"), postgresql_where=text("chain IS NULL"))
Index("uq_audit_chain", audit.c.chain, unique=True)
Index("ix_audit_case", audit.c.case_id)

retired_key = Table(  # what is still needed of a key that may leave the ring
    "retired_key",
    metadata,
    key(),
    plain("key_id", String(32), unique=True),
    sealed("audit", "content", "bytes", nullable=False),  # the key of the seals that were made while it was the first
)

process = Table(  # one that runs, or that ended without saying so; moments are of the database's clock
    "process",
    metadata,
    key(),
    plain("kind", String(10)),  # run, web, worker, connect
    plain("host", String(200)),
    plain("pid", Integer),
    plain("release", String(40)),  # of Banli; `version` would be the row's own
    plain("migration", String(40), nullable=True),  # the newest that its code knows; None: older than the column
    plain("started_at", Instant),
    plain("beaten_at", Instant),
    plain(
        "loops", Json
    ),  # loop -> seconds since its last sign of life, at `beaten_at`; none in a `web`; its connections too
)

"""Table of the contracts' room."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Table

from core.kit.db import Instant, Json, key, metadata, plain, sealed

contract = Table(
    "contract",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("case_id", BigInteger, nullable=True),
    plain("number", String(60), unique=True),
    plain("flow", String(60)),
    plain("package", String(200)),
    plain("amount", BigInteger),  # minor units (分)
    plain("currency", String(3)),
    plain("signed_on", String(10)),  # ISO date
    plain("status", String(12), default="draft"),  # draft, effective
    plain("deposit_paid_at", Instant, nullable=True),
    plain("effective_at", Instant, nullable=True),
    plain("deposit_by", BigInteger, nullable=True),  # who of the staff recorded it
    plain("effective_by", BigInteger, nullable=True),
    plain("team", Json),
    sealed("travellers", "identity", "json", nullable=False),
    sealed("fields", "content", "json", nullable=False),
    plain("version", Integer, default=1),
)
Index("ix_contract_client", contract.c.client_id)

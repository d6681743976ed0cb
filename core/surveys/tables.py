"""Table of the surveys' room."""

from sqlalchemy import BigInteger, Integer, String, Table

from core.kit.db import Instant, key, metadata, plain

survey = Table(
    "survey",
    metadata,
    key(),
    plain("case_id", BigInteger, unique=True),
    plain("question", String(60)),
    plain("asked_at", Instant),
    plain("scale", String(10), nullable=True),  # None: points
    plain("score", Integer, nullable=True),
    plain("answered_at", Instant, nullable=True),
)

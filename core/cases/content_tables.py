"""Who was sent which content of the office."""

from sqlalchemy import BigInteger, ForeignKey, String, Table, UniqueConstraint

from core.kit.db import Instant, key, metadata, plain

content_sent = Table(  # for ever: nobody gets one version twice, through whatever case or rule
    "content_sent",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("content_id", BigInteger),  # of the version
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("rule", String(60)),
    plain("at", Instant),
    UniqueConstraint("client_id", "content_id"),
)

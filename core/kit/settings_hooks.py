"""The webhooks that rules may call, as the operator lists them: where each goes and what it is signed with."""

import base64
import binascii
import ipaddress
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

HookName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
PREFIX: Final = "whsec_"  # of a secret, as Standard Webhooks writes it
SHORTEST: Final = 24  # bytes of a secret
LONGEST: Final = 64


class Hook(BaseModel):
    """One address that a rule may call by name.

    ``private``: it may be in this machine or network, and only then without TLS. ``old_secret`` signs as well, while
    the receiver changes from one secret to the other. ``seconds``: for name, connection and answer together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, Field(max_length=2000)]
    secret: SecretStr
    old_secret: SecretStr | None = None
    private: bool = False
    seconds: int = Field(default=10, ge=1, le=30)

    @field_validator("secret", "old_secret")
    @classmethod
    def _is_a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            key_of(secret)
        return secret

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        parts = urlsplit(self.url) if _can_be_split(self.url) else urlsplit("")
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        if not plain or not self.url.isascii() or any(each <= " " or each == "\\" for each in self.url):
            raise ValueError("url is not an address such as https://crm.example/hooks/banli")
        if _is_odd_number(parts.hostname or ""):
            raise ValueError("url names its host by a number that is no address: write four numbers with dots")
        if parts.username is not None or parts.fragment:
            raise ValueError("url names a user or a fragment: leave out what stands before @ and after #")
        if parts.scheme == "http" and not self.private:
            raise ValueError("url has no TLS: use https, or set private = true for a receiver in your own network")
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown, as a path or a query may hold what is nobody's to know."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def signing_keys(self) -> tuple[bytes, ...]:
        """What is signed with, the present one first."""
        return tuple(key_of(each) for each in (self.secret, self.old_secret) if each is not None)


def _can_be_split(url: str) -> bool:
    try:
        _ = urlsplit(url).port
    except ValueError:  # a bracket without its other, a port that is no number
        return False
    return True


def _is_odd_number(host: str) -> bool:
    """Whether it is an IPv4 address in one of the ways of writing that some programs take and others do not."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def key_of(secret: SecretStr) -> bytes:
    """The bytes of a secret. Raises ValueError, without the secret, for one that is no key."""
    written = secret.get_secret_value()
    try:
        found = base64.b64decode(written.removeprefix(PREFIX), validate=True) if written.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        found = b""
    if not SHORTEST <= len(found) <= LONGEST:
        raise ValueError(
            f"a secret is {PREFIX} and then {SHORTEST} to {LONGEST} bytes in base64; "
            'make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return found

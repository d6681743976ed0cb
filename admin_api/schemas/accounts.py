"""Signing in, sessions, passwords, second factors and API keys in JSON."""

from pydantic import AwareDatetime, Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment, Sent

_PASSWORD = Field(min_length=1, max_length=1000, repr=False, examples=["correct horse battery"])


class Secret(Sent):
    """A body whose words are kept as they were typed: a space at the end of a password is part of it."""

    trims = False


class Credentials(Secret):
    """Name and password, and the code of the second factor where one is set."""

    login: str = Field(min_length=1, max_length=64, examples=["zhangsan"])
    password: str = _PASSWORD
    code: str = Field(
        default="", max_length=40, repr=False, description="Six digits of the app, or a recovery code.", examples=[""]
    )


class NewSession(Given):
    """A session. The secret is shown this once and kept nowhere."""

    token: str = Field(description="To be sent as Authorization: Bearer.", examples=["bs_..."])
    expires_at: Moment = Field(description="The latest end; it ends earlier when it is not used.")
    idle_seconds: int = Field(description="How long it may rest.", examples=[7200])
    must_change_password: bool = Field(description="Whether he must first take a password of his own.")


class Session(Given):
    """Where the caller is signed in."""

    id: IdOut
    created_at: Moment
    seen_at: Moment = Field(description="To the minute.")
    expires_at: Moment
    current: bool = Field(description="Whether it is the one of this request.")


class SessionList(Given):
    """Oldest first."""

    sessions: list[Session]
    next: Next


class PasswordChange(Secret):
    """The caller's old password and his new one."""

    current: str = _PASSWORD
    password: str = _PASSWORD


class NewPassword(Secret):
    """A password for somebody else."""

    password: str = _PASSWORD


class Enrolment(Given):
    """The secret of a second factor that waits for its first code. It is shown this once."""

    secret: str = Field(description="Base32, to be typed into an app.")
    uri: str = Field(description="The same for a QR code.", examples=["otpauth://totp/..."])


class Code(Sent):
    """A code of the app, or a recovery code."""

    code: str = Field(min_length=1, max_length=40, repr=False, examples=["123456"])


class RecoveryCodes(Given):
    """Each signs in once in the place of a code. They are shown this once."""

    codes: list[str]


class NewLogin(Sent):
    """The name under which a member signs in."""

    login: str = Field(max_length=64, description="Empty: he does not sign in.", examples=["zhangsan"])


class NewKey(Sent):
    """What a key is for, what it may do, and until when."""

    name: str = Field(min_length=1, max_length=100, examples=["reporting"])
    scopes: list[str] | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Permissions of the member; left out: all that he has.",
        examples=[["case.read"]],
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="Left out: it does not end by itself.", examples=["2030-01-01T00:00:00Z"]
    )


class Key(Given):
    """A new key. The secret is shown this once and kept nowhere."""

    id: IdOut
    key: str = Field(examples=["bk_..."])
    prefix: str


class KeyLine(Given):
    """A key, without its secret."""

    id: IdOut
    name: str
    prefix: str = Field(description="How its secret begins.", examples=["bk_8Fq2xYz"])
    scopes: list[str] | None = Field(description="null: all that its owner may.")
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None = Field(description="To the minute.")
    revoked_at: Moment | None


class KeyList(Given):
    """Oldest first."""

    keys: list[KeyLine]
    next: Next

"""Commands about how a member of staff signs in: his name, password, second factor and sessions.

Nobody checks a password here: it takes a fifth of a second on purpose, and everybody waits for whoever carries out
commands. The door has done it and says what came of it.
"""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None
_CODE = Field(default="", max_length=40, repr=False)


class SignIn(Command):
    """Whoever named this member's account has (or has not) proved that it is his; opens a session."""

    permission: ClassVar[str] = "session.open"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int  # 0: there is no account of that name
    login: str = Field(max_length=64)
    address: str = Field(max_length=100)
    checked: str = Field(max_length=200, repr=False)  # the hash that the password was compared with
    right: bool
    code: str = _CODE  # of the second factor, or one of the recovery codes


class CountWrongSignIn(Command):
    """One more wrong try for this name and from this address."""

    permission: ClassVar[str] = "session.open"

    login: str = Field(max_length=64)
    address: str = Field(max_length=100)


class SignOut(Command):
    """This session is over."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("session", "session_id")

    session_id: int


class SignOutEverywhere(Command):
    """Every session of this member is over."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int


class SetLogin(Command):
    """The name under which a member signs in; an empty one: he does not."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    login: str = Field(max_length=64)


class ChangePassword(Command):
    """My new password, as its hash; whoever is signed in elsewhere as I is signed out."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    hashed: str = Field(max_length=200, repr=False)
    checked: str = Field(max_length=200, repr=False)  # the hash that my old password was compared with
    session_id: int | None = None  # the session that goes on


class ResetPassword(Command):
    """A password that an admin gives to a member, as its hash; he is signed out everywhere.

    Two know it then, so he must take one of his own before he does anything else; not so where he has typed it himself.
    """

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    hashed: str = Field(max_length=200, repr=False)
    own: bool = False  # he has typed it himself


class EnrolTotp(Command):
    """Give me a secret for the app that makes my codes; it counts once a code has confirmed it."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int


class ConfirmTotp(Command):
    """From now on I sign in with a code as well; gives recovery codes."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    code: str = _CODE


class DisableTotp(Command):
    """From now on my password is enough again; a last code or a recovery code shows that it is I."""

    permission: ClassVar[str] = "staff.account"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    code: str = _CODE


class ResetTotp(Command):
    """A member has lost the second factor: his password is enough until he sets up another; he is signed out."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int

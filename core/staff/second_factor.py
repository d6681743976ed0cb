"""The second factor: codes of half a minute (TOTP, RFC 6238), each taken once, and recovery codes beside them."""

import hashlib
import hmac
import secrets
from typing import Final

import pyotp

from core.bus.deed import Deed
from core.commands.accounts import ConfirmTotp, DisableTotp, EnrolTotp, ResetTotp
from core.kit.errors import NotPossibleNow, Refusal
from core.staff.credentials import refuse_higher
from core.staff.sessions import end_sessions
from core.staff.tables import credential
from core.store.sealing import Row

STEP: Final = 30  # seconds
DRIFT: Final = 1  # steps that a telephone's clock may be wrong, either way
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0 and 1, which look alike
_LENGTH: Final = 16  # characters of a recovery code, 79 bits


class WrongCode(Refusal):
    """Wait for the next code of the app and send that; every code is taken once."""

    code, status = "wrong_code", 422


def enrol_totp(command: EnrolTotp, deed: Deed) -> str:
    """Returns the secret in base32; one that was never confirmed is replaced. Raises NotPossibleNow when one is on."""
    row = _credential(command.staff_id, deed)
    if is_on(row):
        raise NotPossibleNow(reason="totp_on")
    secret = pyotp.random_base32(32)
    deed.uow.change(credential, row["id"], totp=secret, totp_step=None)
    return secret


def confirm_totp(command: ConfirmTotp, deed: Deed) -> list[str]:
    """Returns the recovery codes, which are kept nowhere. Raises NotPossibleNow when no secret waits, WrongCode."""
    row = _credential(command.staff_id, deed)
    if row["totp"] is None or is_on(row):
        raise NotPossibleNow(reason="totp_off" if row["totp"] is None else "totp_on")
    if not _takes_code(row, command.code, deed):
        raise WrongCode
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    deed.uow.change(credential, row["id"], totp_at=deed.now, recovery=[_digest(code) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, _LENGTH, 4)) for code in codes]


def disable_totp(command: DisableTotp, deed: Deed) -> None:
    """Raises NotPossibleNow when none is on, WrongCode."""
    row = _credential(command.staff_id, deed)
    if not is_on(row):
        raise NotPossibleNow(reason="totp_off")
    if not passes(row, command.code, deed):
        raise WrongCode
    _drop(row, deed)


def reset_totp(command: ResetTotp, deed: Deed) -> None:
    """By an admin. Raises NotAllowed about somebody who may more than the admin himself."""
    refuse_higher(command.staff_id, deed)
    row = deed.uow.first(credential, staff_id=command.staff_id)
    if row is not None:
        _drop(row, deed)
        end_sessions(deed.uow, command.staff_id)


def is_on(row: Row) -> bool:
    """Whether a code is asked for."""
    return row["totp_at"] is not None


def passes(row: Row, code: str, deed: Deed) -> bool:
    """Whether a code of the app or a recovery code is right; either is used up by it."""
    return _takes_code(row, code, deed) or _takes_recovery(row, code, deed)


def _takes_code(row: Row, code: str, deed: Deed) -> bool:
    """A code of this half minute or of the ones beside it, of a later one than the last that was taken."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        return False
    app, now = pyotp.TOTP(row["totp"], interval=STEP), int(deed.now.timestamp()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        fresh = row["totp_step"] is None or step > row["totp_step"]
        if fresh and hmac.compare_digest(app.generate_otp(step), digits):
            deed.uow.change(credential, row["id"], totp_step=step)
            return True
    return False


def _takes_recovery(row: Row, code: str, deed: Deed) -> bool:
    digest = _digest("".join(each for each in code.upper() if each.isalnum()))
    left = [each for each in row["recovery"] or () if not hmac.compare_digest(each, digest)]
    found = len(left) < len(row["recovery"] or ())
    if found:
        deed.uow.change(credential, row["id"], recovery=left)
    return found


def _credential(staff_id: int, deed: Deed) -> Row:
    """Raises NotPossibleNow for a member who does not sign in with a password: there is nothing to add a factor to."""
    row = deed.uow.first(credential, staff_id=staff_id)
    if row is None or row["password"] is None:
        raise NotPossibleNow(reason="no_password")
    return row


def _drop(row: Row, deed: Deed) -> None:
    deed.uow.change(credential, row["id"], totp=None, totp_at=None, totp_step=None, recovery=None)


def _digest(code: str) -> str:
    """Of 79 random bits: no slow hash is needed."""
    return hashlib.sha256(code.encode()).hexdigest()

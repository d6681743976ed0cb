"""What the doctor tries: Redis, the virus scanner, the process that opens files, Chinese letters in PDFs."""

import io
from collections.abc import Iterator

from PIL import Image

from adapters.clamd.scanner import Clamd
from bot.cli.checkup.finding import Finding, advice, ok, wrong
from bot.cli.checkup.paper import paper
from core.files.child import Inspector, InspectorDown
from core.files.limits import FileLimits
from core.files.scan import ScannerDown
from core.kit.settings import Settings

SECONDS = 3


def redis(settings: Settings) -> Iterator[Finding]:
    """Only if it is configured; its address is a secret and never shown."""
    if settings.redis_url is None:
        return
    from redis import Redis, RedisError  # loads the SDK for traces where that is installed: not for every command

    try:
        with Redis.from_url(
            settings.redis_url.get_secret_value(), socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as line:
            line.ping()
    except (RedisError, OSError, ValueError) as no:
        yield wrong("redis", f"It does not answer ({type(no).__name__}).", "start it, mend or unset BANLI_REDIS_URL")
        return
    yield ok("redis", "It answers.")


def scanner(settings: Settings) -> Iterator[Finding]:
    """Gives clamd a few harmless bytes."""
    if settings.clamav is None:
        said = "No virus scanner is set: every review card says that the check did not run."
        yield advice("clamd", said, "install clamav-daemon and set BANLI_CLAMAV=/run/clamav/clamd.ctl")
        return
    try:
        Clamd(settings.clamav, min(SECONDS, settings.clamav_seconds)).scan(b"banli doctor")
    except ScannerDown as no:
        said = f"{settings.clamav} does not answer ({no}): files of clients wait until it does."
        yield wrong("clamd", said, "start clamd, or mend BANLI_CLAMAV")
        return
    yield ok("clamd", f"{settings.clamav} answers.")


def documents(settings: Settings) -> Iterator[Finding]:
    """Has a PDF opened by the process that opens clients' files, and looks at the picture that it made."""
    with Inspector(FileLimits.of(settings.limits)) as inspector:
        try:
            plain, chinese = (inspector.inspect(each).preview for each in (paper(chinese=False), paper(chinese=True)))
        except InspectorDown as no:
            remedy = "look at the log; is there memory left, may this user start processes?"
            yield wrong("documents", f"No process to open files in could be had ({no}).", remedy)
            return
    if not _letters(plain):
        remedy = "install what requirements.lock lists again: make env"
        yield wrong("documents", "A simple PDF could not be drawn.", remedy)
        return
    yield ok("documents", "PDFs are opened and drawn.")
    if _letters(chinese):
        yield ok("fonts", "Chinese letters are drawn also where a PDF brings no font.")
    else:
        said = "Chinese letters of PDFs that bring no font of their own would be missing in previews."
        yield advice("fonts", said, "apt-get install fonts-noto-cjk (or another font with Chinese letters)")


def _letters(preview: bytes | None) -> bool:
    """Whether the two halves of the picture show two different letters: blank or placeholder boxes are the same."""
    if preview is None:
        return False
    picture = Image.open(io.BytesIO(preview)).convert("L")
    half = picture.width // 2
    left, right = (picture.crop((at, 0, at + half, picture.height)) for at in (0, half))
    return left.getextrema() != (255, 255) and left.tobytes() != right.tobytes()

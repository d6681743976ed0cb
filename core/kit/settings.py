"""Every setting in one tree: ``BANLI_*`` variables over ``*_FILE`` secrets over banli.toml over defaults.

``Settings(...)`` takes only what it is given (for tests and stories); ``load_settings`` reads the outside.
"""

import ipaddress
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from core.kit.settings_hooks import Hook, HookName
from core.kit.settings_sources import ANY, Key, Reader, SettingsError, variable

Language = Literal["zh-CN", "en"]
MIB = 1024 * 1024
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class _Branch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Agency(_Branch):
    """Who runs this house: the name in both languages, the language to start in, the working calendar."""

    name_zh: str = Field(default="示例签证服务社", min_length=1, max_length=80)
    name_en: str = Field(default="Demo Visa Agency", min_length=1, max_length=80)
    language: Language = "zh-CN"
    calendar: str = Field(default="cn-office", min_length=1, max_length=40)
    quiet_from: Annotated[str, Field(pattern=_CLOCK)] = "21:00"  # nobody is written to by itself, on his own clock
    quiet_until: Annotated[str, Field(pattern=_CLOCK)] = "09:00"
    remind_days: Annotated[str, Field(pattern=r"^(\d{1,2}(,\d{1,2}){0,9})?$")] = "7,3,1,0"  # before a client's limit
    remind_hour: Annotated[str, Field(pattern=_CLOCK)] = "09:00"

    @property
    def name(self) -> dict[str, str]:
        return {"zh-CN": self.name_zh, "en": self.name_en}


class Overdue(_Branch):
    """Working hours: how long a review may wait, and how long after a limit each step of the ladder is taken; 0: not at
    all."""

    review_hours: int = Field(default=8, ge=0, le=400)
    person_hours: int = Field(default=1, ge=0, le=400)
    lead_hours: int = Field(default=4, ge=0, le=400)
    admin_hours: int = Field(default=16, ge=0, le=400)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        steps = [each for each in (self.person_hours, self.lead_hours, self.admin_hours) if each]
        if any(later <= sooner for sooner, later in pairwise(steps)):
            raise ValueError("person_hours, lead_hours and admin_hours rise from step to step (0 leaves a step out)")
        return self


class Log(_Branch):
    """``format`` auto: JSON unless the output is a terminal."""

    format: Literal["auto", "json", "console"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Limits(_Branch):
    """What a file may be. The file checks run in child processes that obey the last three."""

    upload_bytes: int = Field(default=20 * MIB, ge=1024, le=200 * MIB)
    client_bytes: int = Field(default=500 * MIB, ge=MIB)  # of all files of one client together
    pages: int = Field(default=200, ge=1, le=2000)
    pixels: int = Field(default=50_000_000, ge=1_000_000, le=200_000_000)
    office_entries: int = Field(default=1000, ge=10)
    office_bytes: int = Field(default=100 * MIB, ge=MIB)  # of all entries of a docx, unpacked
    office_ratio: int = Field(default=100, ge=10)  # unpacked to packed size of one entry
    check_seconds: int = Field(default=10, ge=1, le=120)
    check_memory_mib: int = Field(default=300, ge=100, le=4096)  # above what the idle child needs
    check_processes: int = Field(default=2, ge=1, le=32)


class Api(_Branch):
    """How often one caller of the admin API may ask, in each web process: so many at once, and again in a minute."""

    requests_per_minute: int = Field(default=600, ge=1)


class Webchat(_Branch):
    """Who may show the chat in his own page, and how much one visitor may say; an address may ten times as much."""

    origins: Annotated[str, Field(pattern=r"^(https?://[^\s/,;'*]+(,\s*|$))*$")] = ""  # with commas
    texts_per_minute: int = Field(default=30, ge=1)
    texts_at_once: int = Field(default=20, ge=1)
    files_in_ten_minutes: int = Field(default=30, ge=1)
    bytes_a_day: int = Field(default=200 * MIB, ge=MIB)
    sessions_an_hour: int = Field(default=36, ge=1)

    @property
    def origin_list(self) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.origins.split(",") if each.strip())


class Metrics(_Branch):
    """Where Prometheus may ask; without a port nowhere. The page needs no sign-in: keep it inside."""

    port: int | None = Field(default=None, ge=0, le=65535)
    host: str = "127.0.0.1"


class Traces(_Branch):
    """Where spans are sent (OTLP over HTTP), such as http://127.0.0.1:4318/v1/traces; nowhere unless it is set."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None


class Settings(_Branch):
    """The whole tree. Secrets show as asterisks; ask ``get_secret_value()`` where one is truly needed."""

    database_url: SecretStr = SecretStr("sqlite:///var/banli.sqlite3")
    redis_url: SecretStr | None = None
    keys: SecretStr | None = None  # "id:base64,id:base64": the first one seals, all open
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)  # 0 lets the system choose
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s?#]*)?$")] | None = None
    demo: bool = False
    files_dir: Path = Path("var/files")
    clamav: Annotated[str, Field(pattern=r"^(/.+|[^\s/]+:[0-9]{1,5})$")] | None = None  # host:port, or a socket's path
    clamav_seconds: int = Field(default=30, ge=1, le=120)  # for one file
    orphan_hours: int = Field(default=24, ge=1)  # how old a file must be before one without a name is removed
    audit_anchors: Path | None = None  # best kept where the database's owner cannot write; unset: beside files_dir
    erased_clients: Path | None = None  # the list of who was erased, which a restore applies; unset: beside files_dir
    agency: Agency = Agency()
    overdue: Overdue = Overdue()
    log: Log = Log()
    limits: Limits = Limits()
    api: Api = Api()
    webchat: Webchat = Webchat()
    metrics: Metrics = Metrics()
    traces: Traces = Traces()
    hooks: dict[HookName, Hook] = Field(default_factory=dict)

    _origins: Mapping[Key, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.demo and not is_loopback(self.host):
            raise ValueError("demo mode has open doors and binds only to loopback: set host to 127.0.0.1 or demo off")
        return self

    @property
    def base_url(self) -> str:
        """How a person reaches this house, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def anchors_file(self) -> Path:
        return self.audit_anchors or self.files_dir.parent / "audit-anchors.jsonl"

    @property
    def erased_file(self) -> Path:
        return self.erased_clients or self.files_dir.parent / "erased-clients.jsonl"

    def describe(self) -> list["Described"]:
        """Every setting with its value and where it came from; a secret only as "set" or "unset"."""
        rows = []
        for key, secret in self._keys():
            value: object = self
            for step in key:
                value = value[step] if isinstance(value, dict) else getattr(value, step)
            shown = ("unset" if value is None else "set") if secret else str("" if value is None else value)
            if key[0] == "hooks" and key[-1] == "url":
                shown = shown.partition("?")[0]  # some receivers put a secret behind it
            rows.append(Described(".".join(key), variable(key), shown, self._origins.get(key, "default")))
        return rows

    def _keys(self) -> Iterator[tuple[Key, bool]]:
        """Every leaf that there is, true for secrets; those of a hook for each hook."""
        for key, secret in known_keys().items():
            if ANY in key:
                yield from ((tuple(name if step == ANY else step for step in key), secret) for name in self.hooks)
            else:
                yield key, secret


@dataclass(frozen=True, slots=True)
class Described:
    """One row of ``Settings.describe``; ``source`` is "default" or e.g. "environment BANLI_PORT"."""

    key: str
    variable: str
    value: str
    source: str


def load_settings(environ: Mapping[str, str] | None = None, folder: Path = Path()) -> Settings:
    """The settings of this process: environment, secret files, then the configuration file.

    The file is the one that ``BANLI_CONFIG`` names, else ``banli.toml``, else ``.env``, seen from ``folder``.
    Raises SettingsError with every problem at once; secrets are never part of a message.
    """
    reader = Reader(known_keys(), folder)
    layers = reader.layers(os.environ if environ is None else environ)
    problems = reader.problems

    class Loaded(Settings, BaseSettings):
        model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            *_usual: PydanticBaseSettingsSource,
            **_named: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(InitSettingsSource(settings_cls, layer.tree()) for layer in layers)

    origins: dict[Key, str] = {}
    for layer in reversed(layers):
        origins.update(layer.origins)
    try:
        settings = Loaded()
    except ValidationError as wrong:
        raise SettingsError([*problems, *_sentences(wrong, origins)]) from None
    if problems:
        raise SettingsError(problems)
    settings._origins = origins
    return settings


def known_keys(model: type[BaseModel] = Settings, above: Key = ()) -> dict[Key, bool]:
    """Every leaf of the tree, true for secrets. What stands under names of the operator's choice has ANY for them."""
    keys: dict[Key, bool] = {}
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys |= known_keys(kind, (*above, name))
        elif get_origin(kind) is dict:
            keys |= known_keys(get_args(kind)[1], (*above, name, ANY))
        else:
            keys[*above, name] = SecretStr in (kind, *get_args(kind))
    return keys


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback ranges 127.0.0.0/8 and ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sentences(wrong: ValidationError, origins: Mapping[Key, str]) -> list[str]:
    sentences = []
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        key = tuple(str(step) for step in error["loc"])
        said = error["msg"].removeprefix("Value error, ")
        sentences.append(f"{origins.get(key, variable(key))}: {said}" if key else said)
    return sentences

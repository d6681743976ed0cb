"""What the first set-up wants to know, and where the answers come from: settings, a file, options, questions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.app import FLOWS
from bot.cli.problems import WrongInput
from core.engine.calendars.known import CALENDARS
from core.kit.settings import Agency, Settings
from core.staff.logins import login_problems

LOCAL: Final = "sqlite:///var/banli.sqlite3"

Tree = dict[str, Any]


class Admin(BaseModel):
    """The first member of staff, who adds all others. With a login he has a password too, without one only a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="Admin", min_length=1, max_length=200)
    login: str = Field(default="", max_length=64)
    password_file: Path | None = None  # its first line; nobody writes a password into the answers


class Answers(BaseModel):
    """The names are those of the settings; `admin`, `flows` and `channel` are of the set-up alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: Agency
    database_url: SecretStr = SecretStr(LOCAL)
    files_dir: Path = Path("var/files")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None
    origins: str = ""
    admin: Admin = Admin()
    flows: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    channel: Literal["webchat"] = "webchat"

    def settings(self) -> Tree:
        """The part of the answers that goes into the configuration file; what is not answered is left out."""
        tree = self.model_dump(mode="json", include={"agency", "files_dir", "host", "port"})
        tree |= {"database_url": self.database_url.get_secret_value(), "webchat": {"origins": self.origins}}
        return tree | ({"public_url": self.public_url} if self.public_url else {})

    @field_validator("agency")
    @classmethod
    def _known_calendar(cls, agency: Agency) -> Agency:
        if agency.calendar not in CALENDARS:
            raise ValueError(f"calendar: there is no {agency.calendar}; there are: {', '.join(CALENDARS)}")
        return agency

    @field_validator("admin")
    @classmethod
    def _right_login(cls, admin: Admin) -> Admin:
        if admin.login and (problems := login_problems(admin.login)):
            raise ValueError(f"login: {problems[0].message['en']}")
        return admin

    @field_validator("flows")
    @classmethod
    def _known_flows(cls, flows: tuple[str, ...]) -> tuple[str, ...]:
        for each in flows:
            flow_file(each)
        return flows


def flow_keys() -> list[str]:
    """The flows that come with Banli."""
    return sorted(path.parent.name for path in FLOWS.glob("*/v1.yaml"))


def flow_file(named: str) -> Path:
    """The newest version of a flow that comes with Banli, or the path of a file. Raises ValueError."""
    if Path(named).is_file():
        return Path(named)
    versions = (
        sorted(FLOWS.glob(f"{named}/v*.yaml"), key=lambda path: int(path.stem[1:])) if named in flow_keys() else []
    )
    if not versions:
        raise ValueError(f"there is no flow {named}; there are: {', '.join(flow_keys())}, or the path of a file")
    return versions[-1]


def from_settings(settings: Settings) -> Tree:
    """What is settled already, so that a second set-up begins where the first one ended."""
    tree: Tree = {
        "agency": settings.agency.model_dump(),
        "database_url": settings.database_url.get_secret_value(),
        "files_dir": str(settings.files_dir),
        "host": settings.host,
        "port": settings.port,
        "public_url": settings.public_url,
        "origins": settings.webchat.origins,
    }
    if settings.agency.name == Agency().name:  # nobody wants the made-up one
        del tree["agency"]["name_zh"], tree["agency"]["name_en"]
    return tree


def from_file(path: Path) -> Tree:
    """The answers of a YAML file. Raises WrongInput."""
    try:
        tree = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as wrong:
        raise WrongInput(f"{path} is no YAML: {wrong}") from wrong
    if not isinstance(tree, dict):
        raise WrongInput(f"{path} holds no answers; docs/first-ten-minutes.md shows a file that does")
    return tree


def over(below: Tree, above: Mapping[str, Any]) -> Tree:
    """`above` wins; None is no answer; what both have within `agency` and the like is mixed in the same way."""
    mixed = dict(below)
    for name, value in above.items():
        present = mixed.get(name)
        if isinstance(value, Mapping):
            mixed[name] = over(present if isinstance(present, dict) else {}, value)
        elif value is not None:
            mixed[name] = value
    return mixed


def answers(tree: Tree) -> Answers:
    """Raises WrongInput with every problem at once. An agency with one name has it in both languages."""
    agency = dict(tree.get("agency") or {})
    names = [agency[name] for name in ("name_zh", "name_en") if agency.get(name)]
    if not names:
        raise WrongInput("agency: how is it called? Give agency.name_zh and agency.name_en (--name-zh, --name-en)")
    agency = {**agency, "name_zh": agency.get("name_zh") or names[0], "name_en": agency.get("name_en") or names[0]}
    try:
        found = Answers.model_validate({**tree, "agency": agency, "public_url": tree.get("public_url") or None})
        Settings.model_validate(found.settings())
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=False, include_input=False)
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}" for each in errors]
        raise WrongInput("the answers cannot be used:\n" + "\n".join(f"- {line}" for line in lines)) from None
    return found

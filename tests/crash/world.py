"""The agency that every round begins with: prepared once by the product itself, then copied for each world."""

from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageDraw

from adapters.webchat.verify import ME, open_session
from core.cases.tables import case, document_version, item
from core.commands.cases import AdvanceCase, SetFields
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit, Traveller
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddStaff, BindClientIdentity, BindStaffIdentity, IssueApiKey, RegisterClient
from core.commands.work import PublishFlow
from core.kit.settings import Settings
from tests.crash.channel import ACCOUNT, NAME
from tests.crash.kinds import AT_THE_PAGE, KINDS, WITHOUT_DESK, Kind
from tests.crash.rehearsal import Rehearsal, rehearsal
from tests.crash.warm import source

DESKS: Final = 4  # of each kind in one world
ROLES: Final = ("sales", "consultant", "copywriter", "service", "finance", "reviewer", "supervisor")
PASSPORT: Final = "护照首页"


@dataclass(frozen=True, slots=True)
class Desk:
    """One client with his case and the member of staff who does everything for him; nobody else is concerned."""

    kind: Kind
    number: int
    client_id: int
    client_chat: str
    staff_id: int
    staff_chat: str
    key: str  # of the admin API
    case_id: int
    token: str = ""  # the button that will be pressed
    version_id: int = 0
    cookie: str = ""  # of the web chat


@dataclass(frozen=True, slots=True)
class World:
    """What the driver knows of a prepared database."""

    admin_id: int
    admin_key: str
    desks: dict[Kind, list[Desk]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: dict[str, Any]) -> "World":
        """From plain values, as they come through a pipe."""
        desks = {kind: [Desk(**each) for each in found] for kind, found in told["desks"].items()}
        return cls(told["admin_id"], told["admin_key"], desks)


@cache
def picture(number: int, page: int = 1) -> bytes:
    """A small page, different for every number."""
    sheet = Image.new("RGB", (420, 560), (245, 245, 245))
    draw = ImageDraw.Draw(sheet)
    for line in range(12):
        draw.text((30, 30 + 40 * line), f"client {number} page {page} line {line * number}", fill=(20, 20, 20))
    out = BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue()


def prepare(settings: Settings, desks: int = DESKS) -> World:
    """Fill a database that has its tables. Everything is done by commands and messages of the product."""
    with rehearsal(settings) as house:
        house.do(PublishFlow(source=source()))
        admin = house.do(AddStaff(name="管理员甲", roles=("admin",)))
        house.do(BindStaffIdentity(staff_id=admin, channel=NAME, account=ACCOUNT, external_id="admin"))
        world = World(admin, house.do(IssueApiKey(staff_id=admin, name="crash")))
        number = 0
        for kind in KINDS:
            for _ in range(0 if kind in WITHOUT_DESK else desks):
                number += 1
                world.desks.setdefault(kind, []).append(_desk(house, kind, number))
        house.rest()
    return world


def _desk(house: Rehearsal, kind: Kind, number: int) -> Desk:
    staff_chat = f"staff-{number}"
    staff_id = house.do(AddStaff(name=f"顾问{number}", roles=ROLES))
    house.do(BindStaffIdentity(staff_id=staff_id, channel=NAME, account=ACCOUNT, external_id=staff_chat))
    client_id = house.do(RegisterClient(name=f"客户{number}", phone=f"138{number:08}", email=f"c{number}@example.com"))
    chat, cookie = f"client-{number}", ""
    if kind in AT_THE_PAGE:
        config = house.banli.webchat
        cookie, visitor = house.banli.store.run(lambda uow: open_session(uow, config, ME, None))
        chat = visitor.visitor
        house.do(BindClientIdentity(client_id=client_id, channel="webchat", account=config.account, external_id=chat))
    else:
        house.do(BindClientIdentity(client_id=client_id, channel=NAME, account=ACCOUNT, external_id=chat))
    if kind != "press":
        house.do(RecordPaperConsent(client_id=client_id, signed_on=house.banli.clock.now().date()))
    case_id = 0 if kind == "erase" else _case(house, number, client_id, staff_id)
    house.rest()
    key = house.do(IssueApiKey(staff_id=staff_id, name="crash"))
    desk = Desk(kind, number, client_id, chat, staff_id, staff_chat, key, case_id, cookie=cookie)
    return _ready(house, desk)


def _case(house: Rehearsal, number: int, client_id: int, staff_id: int) -> int:
    contract_id = house.do(
        DraftContract(
            client_id=client_id,
            flow="crash_probe",
            number=f"HT-{number:04}",
            package="标准",
            amount=1,
            signed_on=house.banli.clock.now().date(),
            travellers=(Traveller(name=f"客户{number}", kind="employed"),),
            team=dict.fromkeys(ROLES, staff_id),
        )
    )
    house.do(RecordDeposit(contract_id=contract_id))
    house.do(ActivateContract(contract_id=contract_id))
    with house.banli.reading.open() as reader:
        return int(reader.find(case, contract_id=contract_id)[0]["id"])


def _ready(house: Rehearsal, desk: Desk) -> Desk:
    """Bring the desk to the moment before its event."""
    if desk.kind in ("approve", "reject"):
        house.sends(desk.client_chat, "passport.jpg", picture(desk.number), PASSPORT)
        with house.banli.reading.open() as reader:
            [wanted] = reader.find(item, case_id=desk.case_id, key="passport")
            [version] = reader.find(document_version, item_id=wanted["id"])
        token = house.token(desk.staff_chat, "通过") if desk.kind == "approve" else ""
        return replace(desk, version_id=version["id"], token=token)
    if desk.kind == "form":
        house.presses(desk.staff_chat, "转入处理")
    elif desk.kind == "press":
        house.says(desk.client_chat, "你好")
        return replace(desk, token=house.token(desk.client_chat, "同意"))
    elif desk.kind == "handoff":
        house.says(desk.client_chat, "人工")
        house.presses(desk.staff_chat, "我来接手")
    elif desk.kind == "send back":
        house.do(SetFields(case_id=desk.case_id, fields={"ready_on": "2026-03-20"}))
        for trigger in ("prepared", "hand_in"):
            house.do(AdvanceCase(case_id=desk.case_id, trigger=trigger))
    elif desk.kind == "erase":
        house.sends(desk.client_chat, "photo.jpg", picture(desk.number), "照片")
    return desk

"""Who sits where in the demo. The names are placeholders; nobody is meant."""

from dataclasses import dataclass

ACCOUNT = "demo"


@dataclass(frozen=True, slots=True)
class Seat:
    """A phone of the demo page; `visitor` is the external id of whoever holds it."""

    seat: str
    name: str
    roles: tuple[str, ...]

    @property
    def visitor(self) -> str:
        return f"demo-{self.seat}"


CLIENT = Seat("client", "张三", ())
STAFF = (
    Seat("consultant", "顾问甲", ("consultant", "sales", "service", "finance")),
    Seat("copywriter", "文案乙", ("copywriter",)),
    Seat("reviewer", "复核丙", ("reviewer", "supervisor")),
)
SEATS = {each.seat: each.visitor for each in (CLIENT, *STAFF)}
FLOW = "visa_jp_tourist"

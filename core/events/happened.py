"""The events of every room."""

from typing import ClassVar

from pydantic import Field

from core.events.event import Event


class ContractDrafted(Event):
    contract_id: int
    client_id: int


class DepositRecorded(Event):
    contract_id: int
    client_id: int


class ContractActivated(Event):
    """Once with no case (it asks for one), once with the case that was opened for it."""

    contract_id: int
    client_id: int


class CaseOpened(Event):
    client_id: int
    flow: str
    number: str
    contract_id: int | None = None


class StageLeft(Event):
    stage: str
    to: str


class StageEntered(Event):
    stage: str
    substate: str | None = None
    trigger: str = ""
    reason: str = ""
    before: str | None = None  # the sub-status that it had, of a step that keeps the stage


class SubstateSet(Event):
    stage: str
    substate: str


class CaseClosed(Event):
    outcome: str | None = None


class FieldSet(Event):
    """Names only: values may be personal and stay in the case. ``computed``: nobody set them, they follow from what
    the case says now; ``by_day``: or from the day alone, nothing having been done to the case."""

    fields: tuple[str, ...]
    computed: bool = False
    by_day: bool = False


class TravellerAdded(Event):
    applicant_id: int


class FormAsked(Event):
    """A member of staff is asked for what a step needs to know."""

    shown: ClassVar[bool] = False
    staff_id: int
    trigger: str
    fields: tuple[str, ...]


class RoleAssigned(Event):
    """`way`: how a rule has chosen him, empty: a person has; `why`: and why him, language -> sentence."""

    role: str
    staff_id: int
    before: int | None = None
    way: str = ""
    why: dict[str, str] = Field(default_factory=dict)


class ItemsReopened(Event):
    items: tuple[str, ...]
    item_ids: tuple[int, ...]
    reason: str


class DocumentSubmitted(Event):
    item_id: int
    item: str
    version_id: int
    version: int
    file_id: int
    sha256: str = ""
    channel: str = ""


class DocumentExtended(Event):
    """A version has one more file."""

    item_id: int
    item: str
    version_id: int
    version: int
    file_id: int
    files: int  # how many it has now
    sha256: str = ""
    channel: str = ""


class DocumentWithdrawn(Event):
    """The client took a version back before its review; `before_id` counts again."""

    item_id: int
    item: str
    version_id: int
    version: int
    before_id: int | None = None
    channel: str = ""


class FileStuck(Event):
    """A file waits for the virus check for long."""

    client_id: int | None
    errand_id: int


class FileCheckAsked(Event):
    """A member of staff has the scanner asked again."""

    client_id: int | None
    staff_id: int
    errand_id: int


class FileUnstuck(Event):
    """The virus check has given its verdict at last."""

    client_id: int | None
    errand_id: int


class UploadLinkMade(Event):
    """A client has a link to the upload page, valid until then."""

    client_id: int
    item_id: int = 0  # 0: for no item in particular
    until: str  # an ISO moment


class DocumentApproved(Event):
    item_id: int
    item: str
    version_id: int
    version: int
    sha256: str = ""
    channel: str = ""


class DocumentRejected(Event):
    item_id: int
    item: str
    version_id: int
    version: int
    reason: str
    words: str = ""
    sha256: str = ""
    channel: str = ""


class ReasonsAsked(Event):
    """A reviewer wants to reject and chooses why."""

    shown: ClassVar[bool] = False
    version_id: int
    staff_id: int


class DateAsked(Event):
    """A reviewer wants to give a date that he read on the document."""

    shown: ClassVar[bool] = False
    version_id: int
    staff_id: int
    name: str


class FindingsChanged(Event):
    """The reviewer ticked or dated something: the card says so."""

    shown: ClassVar[bool] = False
    version_id: int


class ItemWaived(Event):
    """Nobody has to hand it in; `version_id` waited for its review and does so no more."""

    item_id: int
    item: str
    reason: str
    version_id: int | None = None


class ChecklistCompleted(Event):
    """Every required item of the case is approved or waived."""

    done: int


class TaskCreated(Event):
    task_id: int
    role: str
    staff_id: int | None
    title: dict[str, str]


class TaskDone(Event):
    task_id: int


class Notified(Event):
    """A notice is on its way, in the outbox of the same transaction."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    to: str
    person_id: int
    notice: str
    via: str = "chat"
    outbox_id: int


class NotReachable(Event):
    """Nobody could be told: no channel is known for this person."""

    starts_rules: ClassVar[bool] = False
    to: str
    person_id: int
    notice: str
    via: str = "chat"


class SaidToClient(Event):
    staff_id: int
    text: str


class SurveyAsked(Event):
    shown: ClassVar[bool] = False
    question: str


class SurveyAnswered(Event):
    score: int


class FollowUpRefused(Event):
    """A consequence that was not possible; the deed that caused it stands."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    command: str
    code: str
    why: str = ""

"""What each role may do, how far it reaches, and which personal data it sees. Default is no."""

from typing import Any

from core.engine.access import PII_CLASSES, FieldRules, Mask, Pii, Policy, Reach
from core.kit.words import said

ROLES: dict[str, dict[str, str]] = {
    "sales": {"zh-CN": "销售顾问", "en": "Sales"},
    "consultant": {"zh-CN": "顾问", "en": "Consultant"},
    "copywriter": {"zh-CN": "文案", "en": "Copywriter"},
    "reviewer": {"zh-CN": "复核", "en": "Reviewer"},
    "service": {"zh-CN": "客服", "en": "Service"},
    "finance": {"zh-CN": "财务", "en": "Finance"},
    "supervisor": {"zh-CN": "主管", "en": "Supervisor"},
    "admin": {"zh-CN": "管理员", "en": "Admin"},
}

_COMMON = {
    "case.read": Reach.ASSIGNED,
    "document.read": Reach.ASSIGNED,
    "document.submit": Reach.ASSIGNED,
    "case.advance": Reach.ASSIGNED,
    "case.write": Reach.ASSIGNED,
    "task.complete": Reach.ASSIGNED,
    "task.create": Reach.ASSIGNED,
    "conversation.say": Reach.ASSIGNED,
    "conversation.hold": Reach.ASSIGNED,
    "conversation.read": Reach.ASSIGNED,
    "conversation.end": Reach.ASSIGNED,
    "case.note": Reach.ASSIGNED,
    "client.read": Reach.ASSIGNED,
    "contract.read": Reach.ASSIGNED,
    "staff.language": Reach.OWN,
    "staff.account": Reach.OWN,
    "staff.delegate": Reach.OWN,
    "staff.digest": Reach.OWN,
    "flow.read": Reach.ALL,
    "file.keep": Reach.ALL,
    "question.answer": Reach.ALL,
    "client.tag": Reach.ASSIGNED,
    "case.hand_over": Reach.ASSIGNED,  # his own role; any role for whoever may case.assign
    "task.give": Reach.ASSIGNED,
    "task.claim": Reach.DEPARTMENT,  # what nobody has yet and his role is wanted for
    "approval.vote": Reach.ASSIGNED,  # and only from a seat
}
_SALES = {
    "client.create": Reach.ALL,
    "client.language": Reach.ASSIGNED,
    "client.write": Reach.ASSIGNED,
    "contract.write": Reach.ALL,
    "contract.activate": Reach.ASSIGNED,
    "identity.bind": Reach.ASSIGNED,
    "identity.invite": Reach.ASSIGNED,
    "client.paper_consent": Reach.ASSIGNED,
    "client.relate": Reach.ASSIGNED,
    "case.open": Reach.ALL,
}
_REVIEW = {"document.review": Reach.ASSIGNED}
_LEAD = {
    "case.read": Reach.SUBTREE,
    "document.read": Reach.SUBTREE,
    "document.review": Reach.SUBTREE,
    "document.waive": Reach.SUBTREE,
    "file.recheck": Reach.SUBTREE,
    "case.advance": Reach.SUBTREE,
    "case.assign": Reach.SUBTREE,
    "case.write": Reach.SUBTREE,
    "task.complete": Reach.SUBTREE,
    "client.read": Reach.SUBTREE,
    "client.write": Reach.SUBTREE,
    "contract.read": Reach.SUBTREE,
    "contract.activate": Reach.SUBTREE,
    "contract.finance": Reach.SUBTREE,
    "board.read": Reach.SUBTREE,
    "conversation.hold": Reach.SUBTREE,
    "conversation.read": Reach.SUBTREE,
    "conversation.say": Reach.SUBTREE,
    "conversation.end": Reach.SUBTREE,
    "case.note": Reach.SUBTREE,
    "client.tag": Reach.SUBTREE,
    "case.hand_over": Reach.SUBTREE,
    "staff.delegate": Reach.SUBTREE,
    "task.give": Reach.SUBTREE,
    "task.claim": Reach.SUBTREE,
    "client.export": Reach.SUBTREE,
    "client.hold": Reach.SUBTREE,
    "rule.rearm": Reach.SUBTREE,
    "approval.override": Reach.SUBTREE,  # and only in a role that the flow lists
}
_SYSTEM = frozenset(
    {
        "client.export",
        "client.erase",
        "client.erase_again",
        "client.hold",
        "case.open",
        "case.advance",
        "approval.open",
        "case.write",
        "case.assign",
        "document.review",
        "document.submit",
        "file.keep",
        "notice.send",
        "task.create",
        "task.complete",
        "rule.run",
        "rule.rearm",
        "survey.ask",
        "conversation.ask_human",
        "conversation.call",
        "client.create",
        "client.language",
        "client.write",
        "client.tag",
        "client.remind",
        "task.give",
        "task.remind",
        "review.remind",
        "card.report",
        "queue.report",
        "task.end",
        "identity.bind",
        "identity.invite",
        "identity.prove",
        "client.paper_consent",
        "file.release",
        "file.hold",
        "client.relate",
        "staff.manage",
        "staff.language",
        "staff.delegate",
        "staff.digest",
        "staff.tell",
        "session.open",
        "contract.write",
        "contract.finance",
        "contract.activate",
        "contract.attach",
        "flow.publish",
        "flow.write",
        "calendar.write",
        "setting.write",
        "pack.import",
        "queue.manage",
        "queue.read",
        "text.write",
    }
)

_ADMIN = dict.fromkeys((*_COMMON, *_SALES, *_REVIEW, *_LEAD), Reach.ALL) | {
    "staff.account": Reach.OWN,  # nobody takes over another's
    "staff.manage": Reach.ALL,
    "role.manage": Reach.ALL,
    "client.erase": Reach.ALL,
    "audit.read": Reach.ALL,
    "flow.publish": Reach.ALL,
    "flow.write": Reach.ALL,
    "calendar.write": Reach.ALL,
    "setting.write": Reach.ALL,
    "pack.import": Reach.ALL,
    "queue.manage": Reach.ALL,
    "queue.read": Reach.ALL,
    "text.write": Reach.ALL,
    "survey.ask": Reach.ALL,
    "card.lost": Reach.ALL,
}

_WRITES_ALL: dict[Pii, Mask] = dict.fromkeys(PII_CLASSES, Mask.WRITE)

DEFAULT = Policy(
    roles=ROLES,
    grants={
        "sales": _COMMON | _SALES,
        "consultant": _COMMON | _SALES | _REVIEW,
        "copywriter": _COMMON | _REVIEW,
        "reviewer": _COMMON | _REVIEW,
        "service": _COMMON
        | {
            "identity.invite": Reach.ASSIGNED,
            "client.paper_consent": Reach.ASSIGNED,
            "client.write": Reach.ASSIGNED,
            "client.export": Reach.ASSIGNED,  # his are the requests of clients for a copy
        },
        "finance": {
            "case.read": Reach.ALL,
            "contract.read": Reach.ALL,
            "contract.finance": Reach.ALL,
            "task.complete": Reach.ASSIGNED,
            "approval.vote": Reach.ASSIGNED,
            "staff.language": Reach.OWN,
            "staff.account": Reach.OWN,
            "staff.delegate": Reach.OWN,
            "staff.digest": Reach.OWN,
        },
        "supervisor": _COMMON | _SALES | _REVIEW | _LEAD,
        "admin": _ADMIN,
    },
    client={
        "case.read": Reach.OWN,
        "document.read": Reach.OWN,
        "document.submit": Reach.OWN,
        "client.language": Reach.OWN,
        "conversation.ask_human": Reach.OWN,
        "conversation.end": Reach.OWN,
        "survey.answer": Reach.OWN,
        "identity.claim": Reach.OWN,
        "client.consent": Reach.OWN,
        "client.data": Reach.OWN,
        "client.snooze": Reach.OWN,
    },
    system=_SYSTEM,
    guardian=frozenset({"case.read", "document.read", "document.submit"}),
    field_rules=FieldRules(
        kinds={
            "client": {
                "id": "none",
                "name": "identity",
                "phone": "contact",
                "email": "contact",
                "sex": "identity",
                "birth_date": "identity",
                "passport_no": "identity",
                "language": "none",
                "source": "none",
                "created_at": "none",
                "tags": "none",
            },
            "file": {"name": "identity"},  # as whoever sent it has called it, often by his own name
            "contract": {
                "id": "none",
                "client_id": "none",
                "case_id": "none",
                "number": "none",
                "flow": "none",
                "package": "none",
                "signed_on": "none",
                "status": "none",
                "amount": "finance",
                "currency": "finance",
                "deposit_paid_at": "finance",
            },
        },
        masks={  # whoever works on a case writes what he sees; what is masked or hidden he does not write either
            "sales": _WRITES_ALL,
            "consultant": _WRITES_ALL,
            "copywriter": {"none": Mask.WRITE, "identity": Mask.WRITE, "contact": Mask.MASKED},
            "reviewer": {"none": Mask.WRITE, "identity": Mask.MASKED, "contact": Mask.MASKED},
            "service": {"none": Mask.WRITE, "identity": Mask.WRITE, "contact": Mask.WRITE},
            "finance": {"none": Mask.READ, "identity": Mask.READ, "finance": Mask.WRITE},
            "supervisor": _WRITES_ALL,
            "admin": _WRITES_ALL,
        },
        client={"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
        system=_WRITES_ALL,
    ),
)


def role_said(policy: Policy, role: str) -> dict[str, Any]:
    """A role as it is said to people: as the agency calls it, else by its sentence in the catalogue, which can be
    reworded."""
    names = policy.named(role)
    return said(f"role.{role}") if names == ROLES.get(role) else names

"""What each role may do, how far it reaches, and which personal data it sees. Default is no."""

from core.engine.access import FieldRules, Mask, Policy, Reach

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
    "client.read": Reach.ASSIGNED,
    "contract.read": Reach.ASSIGNED,
    "staff.language": Reach.OWN,
    "flow.read": Reach.ALL,
    "file.keep": Reach.ALL,
}
_SALES = {
    "client.create": Reach.ALL,
    "client.language": Reach.ASSIGNED,
    "contract.write": Reach.ALL,
    "contract.activate": Reach.ASSIGNED,
    "identity.bind": Reach.ASSIGNED,
    "identity.invite": Reach.ASSIGNED,
    "client.relate": Reach.ASSIGNED,
    "case.open": Reach.ALL,
}
_REVIEW = {"document.review": Reach.ASSIGNED}
_LEAD = {
    "case.read": Reach.SUBTREE,
    "document.read": Reach.SUBTREE,
    "document.review": Reach.SUBTREE,
    "document.waive": Reach.SUBTREE,
    "case.advance": Reach.SUBTREE,
    "case.assign": Reach.SUBTREE,
    "case.write": Reach.SUBTREE,
    "task.complete": Reach.SUBTREE,
    "client.read": Reach.SUBTREE,
    "contract.read": Reach.SUBTREE,
    "contract.activate": Reach.SUBTREE,
    "contract.finance": Reach.SUBTREE,
    "board.read": Reach.SUBTREE,
}
_SYSTEM = frozenset(
    {
        "case.open",
        "case.advance",
        "case.write",
        "case.assign",
        "document.review",
        "document.submit",
        "file.keep",
        "notice.send",
        "task.create",
        "task.complete",
        "rule.run",
        "survey.ask",
        "conversation.ask_human",
        "client.create",
        "client.language",
        "identity.bind",
        "identity.invite",
        "identity.prove",
        "client.relate",
        "staff.manage",
        "staff.language",
        "contract.write",
        "contract.finance",
        "contract.activate",
        "contract.attach",
        "flow.publish",
    }
)

_ADMIN = dict.fromkeys((*_COMMON, *_SALES, *_REVIEW, *_LEAD), Reach.ALL) | {
    "staff.manage": Reach.ALL,
    "flow.publish": Reach.ALL,
    "survey.ask": Reach.ALL,
}

DEFAULT = Policy(
    grants={
        "sales": _COMMON | _SALES,
        "consultant": _COMMON | _SALES | _REVIEW,
        "copywriter": _COMMON | _REVIEW,
        "reviewer": _COMMON | _REVIEW,
        "service": _COMMON | {"identity.invite": Reach.ASSIGNED},
        "finance": {
            "case.read": Reach.ALL,
            "contract.read": Reach.ALL,
            "contract.finance": Reach.ALL,
            "task.complete": Reach.ASSIGNED,
            "staff.language": Reach.OWN,
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
        "survey.answer": Reach.OWN,
        "identity.claim": Reach.OWN,
        "client.consent": Reach.OWN,
        "client.data": Reach.OWN,
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
                "language": "none",
                "source": "none",
                "created_at": "none",
            },
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
        masks={
            "sales": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
            "consultant": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
            "copywriter": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.MASKED},
            "reviewer": {"none": Mask.READ, "identity": Mask.MASKED, "contact": Mask.MASKED},
            "service": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ},
            "finance": {"none": Mask.READ, "identity": Mask.READ, "finance": Mask.READ},
            "supervisor": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
            "admin": {"none": Mask.WRITE, "identity": Mask.WRITE, "contact": Mask.WRITE, "finance": Mask.WRITE},
        },
        client={"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
        system={"none": Mask.READ, "identity": Mask.READ, "contact": Mask.READ, "finance": Mask.READ},
    ),
)

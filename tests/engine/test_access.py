"""Access: may I, which rows, which fields. Everything that is not granted is refused."""

import itertools
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.access import PII_CLASSES, Actor, ActorKind, FieldRules, Mask, Pii, Policy, Reach, Subject

SALES, VISA, HEAD = 1, 2, 3  # departments; HEAD is above both

POLICY = Policy(
    grants={
        "sales": {"case.read": Reach.ASSIGNED, "contract.write": Reach.ASSIGNED},
        "copywriter": {"case.read": Reach.DEPARTMENT, "document.review": Reach.ASSIGNED},
        "finance": {"contract.write": Reach.ALL},
        "supervisor": {
            "case.read": Reach.SUBTREE,
            "document.review": Reach.SUBTREE,
            "staff.edit": Reach.SUBTREE,
        },
        "trainee": {"staff.edit": Reach.OWN, "case.read": Reach.NONE},
    },
    client={"case.read": Reach.OWN, "document.submit": Reach.OWN},
    system=frozenset(["case.advance"]),
    field_rules=FieldRules(
        kinds={"client": {"name": "none", "phone": "contact", "passport": "identity", "income": "finance"}},
        masks={
            "sales": {"none": Mask.READ, "contact": Mask.WRITE, "identity": Mask.MASKED},
            "copywriter": {"none": Mask.READ, "identity": Mask.READ},
            "finance": {"none": Mask.READ, "finance": Mask.READ},
        },
        fields={"copywriter": {"client.passport": Mask.HIDDEN, "client.phone": Mask.MASKED}},
        client={"none": Mask.READ, "contact": Mask.WRITE, "identity": Mask.MASKED},
        system={"none": Mask.READ},
    ),
)
ACTIONS = [
    "case.read",
    "contract.write",
    "document.review",
    "staff.edit",
    "case.advance",
    "document.submit",
    "nobody.knows",
]
ROLES = ["sales", "copywriter", "finance", "supervisor", "trainee"]


def staff(*roles: str, id: int = 7, department: int | None = VISA, below: frozenset[int] = frozenset()) -> Actor:
    return Actor("staff", id, frozenset(roles), department, below)


OWN = Subject("staff", 7)
ASSIGNED = Subject("case", 50, client_id=90, staff_ids=frozenset([7, 8]), department=SALES)
SAME_DEPARTMENT = Subject("case", 51, client_id=91, staff_ids=frozenset([8]), department=VISA)
BELOW = Subject("case", 52, client_id=92, department=SALES)
FOREIGN = Subject("case", 53, client_id=93, department=99)
NOWHERE = Subject("case", 54, client_id=94)
BY_REACH = {
    Reach.OWN: OWN,
    Reach.ASSIGNED: ASSIGNED,
    Reach.DEPARTMENT: SAME_DEPARTMENT,
    Reach.SUBTREE: BELOW,
    Reach.ALL: FOREIGN,
}
EXPECTED = {  # role -> action -> the furthest subject; everything else is refused
    "sales": {"case.read": Reach.ASSIGNED, "contract.write": Reach.ASSIGNED},
    "copywriter": {"case.read": Reach.DEPARTMENT, "document.review": Reach.ASSIGNED},
    "finance": {"contract.write": Reach.ALL},
    "supervisor": {"case.read": Reach.SUBTREE, "document.review": Reach.SUBTREE, "staff.edit": Reach.SUBTREE},
    "trainee": {"staff.edit": Reach.OWN},
}


@pytest.mark.parametrize("role, action", list(itertools.product(ROLES, ACTIONS)))
def test_matrix_of_roles_and_actions(role: str, action: str) -> None:
    actor = staff(role, below=frozenset([SALES]))
    furthest = EXPECTED[role].get(action, Reach.NONE)
    assert POLICY.rows(actor, action) is furthest
    assert POLICY.may(actor, action) is (furthest > Reach.NONE)
    for needed, subject in BY_REACH.items():
        assert POLICY.may(actor, action, subject) is (needed <= furthest), (role, action, needed)


def test_a_subject_of_no_department_needs_the_widest_reach() -> None:
    assert not POLICY.may(staff("supervisor", below=frozenset([SALES])), "case.read", NOWHERE)
    assert not POLICY.may(staff("copywriter", department=None), "case.read", NOWHERE)
    assert POLICY.may(staff("finance"), "contract.write", NOWHERE)


def test_roles_add_up_to_the_widest_reach() -> None:
    assert POLICY.rows(staff("sales", "copywriter", "trainee"), "case.read") is Reach.DEPARTMENT
    assert POLICY.rows(staff(), "case.read") is Reach.NONE
    assert POLICY.rows(staff("no such role"), "case.read") is Reach.NONE


def test_own_is_the_own_account_and_not_what_has_the_same_number() -> None:
    trainee = staff("trainee", id=7)
    assert POLICY.may(trainee, "staff.edit", Subject("staff", 7))
    assert not POLICY.may(trainee, "staff.edit", Subject("staff", 8))
    assert not POLICY.may(trainee, "staff.edit", Subject("case", 7))


def test_a_department_does_not_see_the_other() -> None:
    case = Subject("case", 1, client_id=2, department=SALES)
    assert POLICY.may(staff("copywriter", department=SALES), "case.read", case)
    assert not POLICY.may(staff("copywriter", department=VISA), "case.read", case)
    assert not POLICY.may(staff("supervisor", department=VISA), "case.read", case)
    assert POLICY.may(staff("supervisor", department=HEAD, below=frozenset([SALES, VISA])), "case.read", case)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("owner", [90, 91, None])
def test_a_client_reaches_what_is_his_and_nothing_else(action: str, owner: int | None) -> None:
    client = Actor("client", 90)
    subject = Subject("case", 1, client_id=owner, staff_ids=frozenset([90]), department=VISA)
    granted = action in ("case.read", "document.submit")
    assert POLICY.may(client, action, subject) is (granted and owner == 90)


def test_a_client_is_not_the_staff_member_with_the_same_number_nor_helped_by_roles() -> None:
    client = Actor("client", 7, frozenset(["supervisor", "finance"]), VISA, frozenset([SALES]))
    assert not POLICY.may(client, "staff.edit", OWN)
    assert not POLICY.may(client, "case.read", ASSIGNED)
    assert not POLICY.may(client, "contract.write")


def test_a_staff_member_is_not_the_client_with_the_same_number() -> None:
    assert not POLICY.may(staff("sales", id=90), "case.read", ASSIGNED)
    assert POLICY.rows(staff("sales", id=90), "document.submit") is Reach.NONE


def test_a_client_never_gets_beyond_his_own_whatever_the_policy_says() -> None:
    careless = Policy(grants={}, client={"case.read": Reach.ALL})
    assert careless.rows(Actor("client", 90), "case.read") is Reach.OWN
    assert not careless.may(Actor("client", 90), "case.read", replace(ASSIGNED, client_id=91))


def test_the_system_may_what_is_named_for_it_and_no_more() -> None:
    system = Actor("system", 0, frozenset(["supervisor", "finance"]))
    assert POLICY.may(system, "case.advance", FOREIGN)
    assert POLICY.rows(system, "case.advance") is Reach.ALL
    assert not any(POLICY.may(system, action) for action in ACTIONS if action != "case.advance")


@given(
    st.sampled_from(["client", "staff", "system"]),
    st.integers(),
    st.frozensets(st.text(max_size=5)),
    st.text(),
    st.one_of(st.none(), st.builds(Subject, st.just("case"), st.integers(), st.integers())),
)
def test_an_empty_policy_refuses_everybody_everything(
    kind: ActorKind, id: int, roles: frozenset[str], permission: str, subject: Subject | None
) -> None:
    empty = Policy(grants={})
    actor = Actor(kind, id, roles)
    assert not empty.may(actor, permission, subject)
    assert empty.rows(actor, permission) is Reach.NONE
    assert dict(empty.fields(actor, "client")) == {}
    assert dict(empty.fields(actor, "case", {"salary": "none"})) == {"salary": Mask.HIDDEN}


SUBJECTS = st.builds(
    Subject,
    st.sampled_from(["case", "staff"]),
    st.integers(6, 8),
    st.one_of(st.none(), st.integers(6, 8)),
    st.frozensets(st.integers(6, 8)),
    st.one_of(st.none(), st.sampled_from([SALES, VISA, HEAD])),
)


@given(SUBJECTS, st.frozensets(st.sampled_from([SALES, VISA])))
def test_a_wider_reach_includes_every_narrower_one(subject: Subject, below: frozenset[int]) -> None:
    actor = staff("x", department=VISA, below=below)
    answers = [Policy(grants={"x": {"p": reach}}).may(actor, "p", subject) for reach in Reach]
    assert answers == sorted(answers)
    assert answers[0] is False
    assert answers[-1] is True


FIELD_MATRIX = {
    ("sales",): {"name": Mask.READ, "phone": Mask.WRITE, "passport": Mask.MASKED, "income": Mask.HIDDEN},
    ("copywriter",): {
        "name": Mask.READ,
        "phone": Mask.MASKED,
        "passport": Mask.HIDDEN,
        "income": Mask.HIDDEN,
    },
    ("finance",): {"name": Mask.READ, "phone": Mask.HIDDEN, "passport": Mask.HIDDEN, "income": Mask.READ},
    ("trainee",): dict.fromkeys(["name", "phone", "passport", "income"], Mask.HIDDEN),
    ("sales", "copywriter"): {
        "name": Mask.READ,
        "phone": Mask.WRITE,
        "passport": Mask.MASKED,
        "income": Mask.HIDDEN,
    },
    (): dict.fromkeys(["name", "phone", "passport", "income"], Mask.HIDDEN),
}


@pytest.mark.parametrize("roles", FIELD_MATRIX)
def test_fields_by_role_and_class_of_personal_data(roles: tuple[str, ...]) -> None:
    assert dict(POLICY.fields(staff(*roles), "client")) == FIELD_MATRIX[roles]


def test_fields_of_clients_and_the_system() -> None:
    mine = POLICY.fields(Actor("client", 1, frozenset(["finance"])), "client")
    assert dict(mine) == {
        "name": Mask.READ,
        "phone": Mask.WRITE,
        "passport": Mask.MASKED,
        "income": Mask.HIDDEN,
    }
    machine = POLICY.fields(Actor("system", 0, frozenset(["finance"])), "client")
    assert dict(machine) == {
        "name": Mask.READ,
        "phone": Mask.HIDDEN,
        "passport": Mask.HIDDEN,
        "income": Mask.HIDDEN,
    }


def test_fields_of_a_flow_are_declared_by_their_class() -> None:
    extra: dict[str, Pii] = {"entry_type": "none", "salary": "finance", "wechat": "contact"}
    seen = POLICY.fields(staff("finance"), "case", extra)
    assert dict(seen) == {"entry_type": Mask.READ, "salary": Mask.READ, "wechat": Mask.HIDDEN}
    assert dict(POLICY.fields(staff("finance"), "no such kind")) == {}


def test_a_policy_cannot_be_changed_after_it_was_made() -> None:
    source = {"sales": {"case.read": Reach.ASSIGNED}}
    masks: dict[str, dict[Pii, Mask]] = {"sales": {"none": Mask.READ}}
    policy = Policy(grants=source, field_rules=FieldRules(kinds={"client": {"name": "none"}}, masks=masks))
    source["sales"]["case.read"] = Reach.ALL
    source["intruder"] = {"case.read": Reach.ALL}
    masks["sales"]["none"] = Mask.WRITE
    assert policy.rows(staff("sales"), "case.read") is Reach.ASSIGNED
    assert policy.rows(staff("intruder"), "case.read") is Reach.NONE
    assert policy.fields(staff("sales"), "client")["name"] is Mask.READ
    with pytest.raises(TypeError):
        policy.grants["sales"]["case.read"] = Reach.ALL  # type: ignore[index]  # the point of the test
    with pytest.raises(FrozenInstanceError):
        policy.system = frozenset(["x"])  # type: ignore[misc]  # the point of the test


def test_what_a_policy_names_and_nobody_declares_is_told_with_its_place() -> None:
    policy = Policy(
        grants={"sales": {"case.read": Reach.ALL, "case.fly": Reach.ALL}, "a/b~c": {"x/y": Reach.OWN}},
        client={"case.read": Reach.DEPARTMENT, "client.fly": Reach.OWN},
        system=frozenset(["case.read", "system.fly"]),
        field_rules=FieldRules(kinds={"client": {"name": "none"}}, fields={"sales": {"client.nme": Mask.READ}}),
    )
    problems = {problem.pointer: problem for problem in policy.check_known(["case.read"])}
    assert set(problems) == {
        "/grants/sales/case.fly",
        "/grants/a~1b~0c/x~1y",
        "/client/client.fly",
        "/client/case.read",
        "/system/system.fly",
        "/fields/sales/client.nme",
    }
    assert problems["/client/case.read"].code == "access.client_reach"
    assert all(set(problem.message) == {"zh-CN", "en"} for problem in problems.values())
    assert POLICY.check_known(ACTIONS) == []


def test_every_class_of_personal_data_is_hidden_until_it_is_granted() -> None:
    policy = Policy(grants={}, field_rules=FieldRules(masks={"sales": {"none": Mask.READ}}))
    extra: dict[str, Pii] = {f"a {pii} field": pii for pii in PII_CLASSES}
    seen = policy.fields(staff("sales"), "case", extra)
    assert {name for name, mask in seen.items() if mask is not Mask.HIDDEN} == {"a none field"}

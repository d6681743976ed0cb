"""Signing in with password and second factor: who gets in, who is kept out, and what ends it at the next request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from core.ledger.tables import audit
from core.staff.tables import credential, session, staff, wrong_sign_in
from core.store.unit import UnitOfWork
from tests.admin_api.office import Json, Office

PASSWORD = "four words and a half"
OTHER = "another four words"


def account(office: Office, who: str = "visa.sales", login: str = "zhangsan") -> None:
    path = f"/staff/{office.staff[who]}"
    office.post("visa.admin", f"{path}/login", {"login": login})
    office.post("visa.admin", f"{path}/password", {"password": PASSWORD})
    his_own(office, who)


def his_own(office: Office, who: str) -> None:
    """As if he had typed it himself since."""
    staff_id = int(office.staff[who])

    def taken(uow: UnitOfWork) -> None:
        [row] = uow.find(credential, staff_id=staff_id)
        uow.change(credential, row["id"], must_change=False)

    office.parts.store.run(taken)


def attempt(office: Office, password: str = PASSWORD, login: str = "zhangsan", code: str = "") -> tuple[int, Json]:
    body = {"login": login, "password": password, "code": code}
    answer = office.call(None, "POST", "/sessions", json=body)
    return answer.status_code, answer.json()


def enter(office: Office, name: str, **more: str) -> Json:
    """Sign in; the session is known as `name` afterwards."""
    status, told = attempt(office, **more)
    assert status == 201, told
    office.keys[name] = told["token"]
    return told


def second_factor(office: Office, name: str) -> tuple[pyotp.TOTP, list[str]]:
    secret = office.post(name, "/me/totp")["secret"]
    app = pyotp.TOTP(secret)
    codes = office.post(name, "/me/totp/confirm", {"code": now_of(office, app)})["codes"]
    office.clock.advance(timedelta(seconds=30))
    return app, codes


def now_of(office: Office, app: pyotp.TOTP) -> str:
    return app.at(int(office.clock.now().timestamp()))


def audited(office: Office) -> list[tuple[str, str | None, str | None]]:
    with office.parts.reading.open() as reader:
        return [(row["command"], row["subject"], row["code"]) for row in reader.find(audit)]


def test_a_member_signs_in_works_and_signs_out(office: Office) -> None:
    account(office)
    told = enter(office, "me", login=" ZhangSan ")
    assert told["token"].startswith("bs_")
    assert (told["expires_at"], told["idle_seconds"]) == ("2026-03-02T14:00:00.000Z", 7200)
    assert office.get("me", "/me")["name"] == "visa.sales"
    [here] = office.get("me", "/sessions")["sessions"]
    assert here["current"] is True
    office.post("me", "/sessions/current/end")
    office.refused(401, "unauthenticated", "me", "GET", "/me")
    subject = f"staff:{office.staff['visa.sales']}"
    found = audited(office)
    assert ("SignIn", subject, None) in found
    assert ("SignOut", f"session:{here['id']}", None) in found


def test_only_digests_and_hashes_are_kept(small_office: Office) -> None:
    account(small_office)
    token = enter(small_office, "me")["token"]
    app, codes = second_factor(small_office, "me")
    with small_office.parts.reading.open() as reader:
        stored = [dict(each) for table in (credential, session, staff) for each in reader.rows(table.select())]
        [row] = reader.find(credential)
    assert row["password"].startswith("$argon2id$v=19$m=65536,t=3,")
    for secret in (token, PASSWORD, app.secret, *codes, *(code.replace("-", "") for code in codes), "zhangsan"):
        assert secret not in repr(stored)
        assert secret.encode() not in b"".join(
            value for each in stored for value in each.values() if type(value) is bytes
        )


def test_nobody_is_told_whether_a_name_or_a_password_was_wrong(office: Office) -> None:
    account(office)
    answers = [attempt(office, password="wrong"), attempt(office, login="lisi"), attempt(office, login="")]
    assert [status for status, _ in answers] == [401, 401, 422]
    assert answers[0] == answers[1]
    assert answers[0][1]["detail"] == "Name, password or code is not right."
    refused = [each for each in audited(office) if each[0] == "SignIn"]
    assert refused == [
        ("SignIn", f"staff:{office.staff['visa.sales']}", "wrong_sign_in"),
        ("SignIn", "staff:0", "not_found"),
    ]


def test_after_five_wrong_tries_each_further_one_waits_longer(office: Office) -> None:
    account(office)
    for _ in range(5):
        assert attempt(office, password="wrong")[0] == 401
    waits = []
    for _ in range(5):
        answer = office.call(None, "POST", "/sessions", json={"login": "zhangsan", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_often")  # the right one waits as well
        waits.append(int(answer.headers["retry-after"]))
        office.clock.advance(timedelta(seconds=waits[-1]))
        assert attempt(office, password="wrong")[0] == 401
    assert waits == [2, 4, 8, 16, 32]
    assert attempt(office)[0] == 429
    office.clock.advance(timedelta(seconds=64))
    enter(office, "me")
    with office.parts.reading.open() as reader:
        assert sorted(row["tries"] for row in reader.find(wrong_sign_in)) == [0, 10]  # the address is not forgiven


def test_an_address_that_tries_many_names_waits_like_a_name_that_is_tried(office: Office) -> None:
    account(office)
    assert [attempt(office, login=f"nobody{n}")[0] for n in range(6)] == [401] * 5 + [429]
    assert attempt(office)[0] == 429
    office.clock.advance(timedelta(hours=25))
    enter(office, "me")


def test_many_guesses_at_once_are_counted_one_after_the_other(office: Office) -> None:
    account(office)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: attempt(office, password=f"wrong {n}")[0], range(12)))
    assert sorted(found) == [401] * 5 + [429] * 7
    with office.parts.reading.open() as reader:
        assert [row["tries"] for row in reader.find(wrong_sign_in)] == [5, 5]


def test_the_second_factor_is_asked_for_and_every_code_is_taken_once(office: Office) -> None:
    account(office)
    enter(office, "me")
    app, codes = second_factor(office, "me")
    status, told = attempt(office)
    assert (status, told["code"]) == (401, "code_needed")
    code = now_of(office, app)
    enter(office, "first", code=f"{code[:3]} {code[3:]}")
    assert attempt(office, code=code)[1]["code"] == "wrong_sign_in"
    assert attempt(office, code="000000" if code != "000000" else "000001")[1]["code"] == "wrong_sign_in"
    enter(office, "second", code=codes[0].lower())
    assert attempt(office, code=codes[0])[1]["code"] == "wrong_sign_in"
    office.clock.advance(timedelta(seconds=30))
    enter(office, "third", code=now_of(office, app))


def test_a_code_of_the_half_minute_beside_is_taken_and_none_of_farther_away(office: Office) -> None:
    account(office)
    enter(office, "me")
    app, _ = second_factor(office, "me")
    office.clock.advance(timedelta(minutes=5))
    moment = int(office.clock.now().timestamp())
    assert attempt(office, code=app.at(moment - 60))[0] == 401
    assert attempt(office, code=app.at(moment + 60))[0] == 401
    enter(office, "before", code=app.at(moment - 30))
    enter(office, "after", code=app.at(moment + 30))
    assert attempt(office, code=app.at(moment))[0] == 401  # older than one that was taken


def test_the_second_factor_is_given_up_with_a_code_or_by_an_admin(office: Office) -> None:
    account(office)
    enter(office, "me")
    office.refused(409, "not_possible_now", "me", "POST", "/me/totp/disable", json={"code": "123456"})
    office.post("me", "/me/totp")
    office.refused(422, "wrong_code", "me", "POST", "/me/totp/confirm", json={"code": "abc"})
    enter(office, "me")  # a factor that was never confirmed is not asked for
    app, _ = second_factor(office, "me")
    office.refused(409, "not_possible_now", "me", "POST", "/me/totp")
    office.refused(422, "wrong_code", "me", "POST", "/me/totp/disable", json={"code": "12"})
    office.post("me", "/me/totp/disable", {"code": now_of(office, app)})
    enter(office, "me")
    office.clock.advance(timedelta(seconds=60))
    second_factor(office, "me")
    office.refused(403, "not_allowed", "visa.supervisor", "POST", f"/staff/{office.staff['visa.sales']}/totp/reset")
    office.post("visa.admin", f"/staff/{office.staff['visa.sales']}/totp/reset")
    office.refused(401, "unauthenticated", "me", "GET", "/me")
    enter(office, "me")


def test_a_changed_password_signs_out_everybody_else(office: Office) -> None:
    account(office)
    enter(office, "here")
    enter(office, "there")
    told = office.refused(
        401, "wrong_sign_in", "here", "POST", "/me/password", json={"current": "wrong", "password": OTHER}
    )
    assert told["detail"] == "Name, password or code is not right."
    office.post("here", "/me/password", {"current": PASSWORD, "password": OTHER})
    office.get("here", "/me")
    office.refused(401, "unauthenticated", "there", "GET", "/me")
    assert attempt(office)[0] == 401
    enter(office, "there", password=OTHER)
    office.post("visa.admin", f"/staff/{office.staff['visa.sales']}/password", {"password": PASSWORD})
    for name in ("here", "there"):
        office.refused(401, "unauthenticated", name, "GET", "/me")
    enter(office, "here")


def test_the_old_password_cannot_be_guessed_by_whoever_has_the_session(office: Office) -> None:
    account(office)
    enter(office, "me")
    body = {"current": "wrong", "password": OTHER}
    found = [office.call("me", "POST", "/me/password", json=body).status_code for _ in range(6)]
    assert found == [401] * 5 + [429]


def test_a_session_ends_when_it_rests_and_on_its_last_hour(office: Office) -> None:
    account(office)
    enter(office, "resting")
    enter(office, "busy")
    for hour in range(1, 12):
        office.clock.advance(timedelta(hours=1))
        office.get("busy", "/me")
        office.parts.store.run(lambda uow: None)  # the use is noted before the clock moves on
        if hour == 2:
            office.refused(401, "unauthenticated", "resting", "GET", "/me")
    office.clock.advance(timedelta(hours=1))
    office.refused(401, "unauthenticated", "busy", "GET", "/me")


def test_signing_out_everywhere_ends_every_session_and_no_key(office: Office) -> None:
    account(office)
    account(office, "visa.reviewer", "lisi")
    for name in ("one", "two"):
        enter(office, name)
    enter(office, "other", login="lisi")
    [first, _] = office.get("one", "/sessions")["sessions"]
    office.refused(404, "not_found", "other", "POST", f"/sessions/{first['id']}/end")
    office.refused(404, "not_found", "visa.sales", "POST", "/sessions/current/end")
    office.post("two", "/sessions/end")
    for name in ("one", "two"):
        office.refused(401, "unauthenticated", name, "GET", "/me")
    office.get("other", "/me")
    office.get("visa.sales", "/me")


def test_who_has_left_or_lost_his_role_is_kept_out_at_the_next_request(office: Office) -> None:
    account(office, "visa.admin")
    enter(office, "me")
    office.get("me", f"/staff/{office.staff['visa.sales']}/keys")
    me = office.staff["visa.admin"]
    office.parts.store.run(lambda uow: uow.change(staff, me, roles=["sales"]))
    office.refused(403, "not_allowed", "me", "GET", f"/staff/{office.staff['visa.sales']}/keys")
    office.parts.store.run(lambda uow: uow.change(staff, me, active=False))
    office.refused(401, "unauthenticated", "me", "GET", "/me")
    assert attempt(office)[1]["code"] == "wrong_sign_in"


@pytest.mark.parametrize(
    "password, code",
    [
        ("elevenchars", "staff.password_short"),
        ("Password1234", "staff.password_common"),
        ("aaaaaaaaaaaab", "staff.password_common"),
        ("zhangsan.of.the.house", "staff.password_common"),
        ("x" * 64 + "y" * 65, "staff.password_long"),
    ],
)
def test_a_password_is_long_and_not_a_common_one(small_office: Office, password: str, code: str) -> None:
    path = f"/staff/{small_office.staff['visa.sales']}"
    small_office.post("visa.admin", f"{path}/login", {"login": "zhangsan.of.the.house"})
    told = small_office.refused(422, "invalid", "visa.admin", "POST", f"{path}/password", json={"password": password})
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/password", code)]
    assert password not in str(told)


@pytest.mark.parametrize(
    "password", ["twelve chars", "密码只要足够长就可以了吧好", "  a space at each end  ", "ab cd ef " * 14]
)
def test_any_kind_of_character_will_do(small_office: Office, password: str) -> None:
    account(small_office)
    small_office.post("visa.admin", f"/staff/{small_office.staff['visa.sales']}/password", {"password": password})
    enter(small_office, "me", password=password)
    assert attempt(small_office, password=password.strip() + "x")[0] == 401


def test_a_login_name_is_one_members_and_has_a_form(office: Office) -> None:
    account(office)
    path = f"/staff/{office.staff['visa.reviewer']}/login"
    office.refused(409, "login_taken", "visa.admin", "POST", path, json={"login": "ZHANGSAN"})
    for wrong in ("a", "no spaces", "张三", ".dot"):
        office.refused(422, "invalid", "visa.admin", "POST", path, json={"login": wrong})
    enter(office, "me")
    office.post("visa.admin", f"/staff/{office.staff['visa.sales']}/login", {"login": ""})
    office.refused(401, "unauthenticated", "me", "GET", "/me")
    assert attempt(office)[0] == 401
    office.post("visa.admin", path, {"login": "zhangsan"})

"""`banli flow diff`, `plan` and `pull`: what a file would change, what would be published, and what is."""

import hashlib

from tests.cli.agency import FLOW, Agency

ONE = FLOW.read_bytes()
TWO = ONE.replace(b"version: 1", b"version: 2", 1).replace(b"    due: 5d\n", b"    due: 4d\n", 1)
KEY = "visa_kr_tourist"


def written(agency: Agency, name: str, source: bytes) -> str:
    path = agency.folder / name
    path.write_bytes(source)
    return str(path)


def test_a_plan_says_what_would_be_published_and_its_exit_code_whether_anything(agency: Agency) -> None:
    two = written(agency, "two.yaml", TWO)
    other = written(agency, "other.yaml", TWO.replace(KEY.encode(), b"visa_other", 1))

    nothing = agency.banli("flow", "plan", str(FLOW))
    assert (nothing.exit_code, "unchanged" in nothing.stdout) == (0, True), nothing.output

    told = agency.banli("flow", "plan", str(FLOW), two, other)
    assert told.exit_code == 2, told.output
    assert f"would publish {KEY} version 2, 2 change(s) against version 1" in told.stdout
    assert "limit 5d is now 4d" in told.stdout
    assert "时限由 5d 改为 4d" in told.stdout
    found = agency.asks("flow", "plan", str(FLOW), two, other)
    assert [(each["outcome"], each["version"], each["against"]) for each in found] == [
        ("unchanged", 1, 1),
        ("publish", 2, 1),
        ("new", 2, None),
    ]
    assert [each["pointer"] for each in found[1]["changes"]] == ["/version", "/stages/1/due"]

    assert agency.banli("flow", "publish", two).exit_code == 0  # the plan has written nothing: it is the first to
    assert agency.asks("flow", "plan", two)[0]["outcome"] == "unchanged"


def test_a_plan_refuses_with_every_problem_and_never_with_the_code_of_something_to_publish(agency: Agency) -> None:
    two = written(agency, "two.yaml", TWO)
    same = written(agency, "same.yaml", ONE + b"# another remark\n")
    wrong = written(agency, "wrong.yaml", TWO.replace(b"owner: copywriter", b"owner: nobody").replace(b"4d", b"soon"))

    told = agency.banli("flow", "plan", two, same, wrong)
    assert told.exit_code == 1, told.output
    assert "would publish" in told.stdout
    found = agency.asks("flow", "plan", two, same, wrong)
    assert [each["outcome"] for each in found] == ["publish", "refused", "refused"]
    assert [each["code"] for each in found[1]["problems"]] == ["flow.published"]
    assert len(found[2]["problems"]) > 1
    assert all(each["line"] for each in found[2]["problems"])

    missing = agency.banli("flow", "plan", two, "nowhere.yaml")
    assert (missing.exit_code, "nowhere.yaml" in missing.stderr, missing.stdout) == (1, True, "")
    agency.env["BANLI_KEYS"] = ""
    unset = agency.banli("flow", "plan", two)
    assert (unset.exit_code, unset.stdout) == (1, ""), unset.output


def test_a_file_is_compared_with_the_newest_version_a_named_one_or_another_file(agency: Agency) -> None:
    two, one = written(agency, "two.yaml", TWO), written(agency, "one.yaml", ONE)
    told = agency.banli("flow", "diff", two)
    assert (told.exit_code, "2 change(s)" in told.stdout) == (0, True), told.output
    newest = agency.asks("flow", "diff", two)
    assert (newest["flow"], newest["against"]) == (KEY, "version 1")

    assert agency.banli("flow", "publish", two).exit_code == 0
    assert agency.asks("flow", "diff", two)["changes"] == []
    assert agency.asks("flow", "diff", two, "--against", "1")["changes"] == newest["changes"]
    assert [each["old"] for each in agency.asks("flow", "diff", one)["changes"]] == [2, "4d"]

    none = agency.banli("flow", "diff", two, "--against", "9")
    assert (none.exit_code, f"Version 9 of flow {KEY} is not published" in none.stderr) == (1, True)
    both = agency.banli("flow", "diff", two, "--against", "1", "--with", one)
    assert (both.exit_code, "--against and --with" in both.stderr) == (2, True)
    wrong = agency.banli("flow", "diff", written(agency, "wrong.yaml", TWO.replace(b"4d", b"soon")))
    assert (wrong.exit_code, "/stages/1/due" in wrong.stderr) == (1, True), wrong.output

    for name in list(agency.env):
        agency.env[name] = ""
    assert agency.asks("flow", "diff", two, "--with", one)["changes"] == newest["changes"]


def test_what_is_published_is_pulled_to_the_byte_and_overwrites_nothing_unasked(agency: Agency) -> None:
    crlf = TWO.replace(b"\n", b"\r\n") + "# 备注\r\n".encode()
    assert agency.banli("flow", "publish", written(agency, "crlf.yaml", TWO)).exit_code == 0
    three = crlf.replace(b"version: 2", b"version: 3", 1)
    assert agency.banli("flow", "publish", written(agency, "three.yaml", three)).exit_code == 0

    assert agency.banli("flow", "pull", KEY, "--version", "1").stdout_bytes == ONE
    newest = agency.banli("flow", "pull", KEY).stdout_bytes
    place = agency.folder / "flows" / "kr.yaml"
    told = agency.asks("flow", "pull", KEY, "--version", "2", "--out", str(place))
    assert told == {"flow": KEY, "version": 2, "sha256": hashlib.sha256(TWO).hexdigest(), "file": str(place)}
    assert place.read_bytes() == TWO
    assert agency.banli("flow", "pull", KEY, "--version", "2", "--out", str(place)).exit_code == 0  # it says the same

    refused = agency.banli("flow", "pull", KEY, "--out", str(place))
    assert (refused.exit_code, "--force" in refused.stderr) == (2, True)
    assert place.read_bytes() == TWO
    assert agency.banli("flow", "pull", KEY, "--out", str(place), "--force").exit_code == 0
    assert place.read_bytes() == newest == three
    assert [each.name for each in place.parent.iterdir()] == ["kr.yaml"]
    assert agency.asks("flow", "pull", KEY)["source"].encode() == three
    unknown = agency.banli("flow", "pull", "nothing")
    assert (unknown.exit_code, "No version of flow nothing is published here." in unknown.stderr) == (1, True)

"""What is shipped is known: every line of the lock stands in the bill of materials, under a licence that may be."""

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.licenses import canonicalize_license_expression

from scripts import licences, sbom

LOCK = Path(__file__).parents[2] / "requirements.lock"


def test_the_bill_is_valid_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b" / "c.json"
    assert (sbom.main([str(first)]), sbom.main([str(second)])) == (0, 0)
    assert first.read_bytes() == second.read_bytes()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(first.read_text("utf-8")) is None


def test_every_line_of_the_lock_is_a_component() -> None:
    """Read in another way than the script reads it: each line that pins something."""
    lines = [line.split(" ")[0] for line in LOCK.read_text("utf-8").splitlines() if re.match(r"\S+==", line)]
    bill = sbom.document()
    assert [f"{each['name']}=={each['version']}" for each in bill["components"]] == lines
    assert len(lines) > 50
    assert bill["dependencies"][0]["dependsOn"] == [each["bom-ref"] for each in bill["components"]]


def test_the_bill_names_no_address_of_a_registry() -> None:
    text = json.dumps(sbom.document())
    assert re.findall(r"https?://[^\"]+", text) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]


def test_every_shipped_library_stands_under_a_licence_that_is_allowed() -> None:
    assert [f"{each.name}: {each.said}" for each in licences.licences() if not each.allowed] == []


def test_every_exception_is_needed_and_has_a_reason() -> None:
    shipped = {each.name: each for each in licences.licences()}
    for name, why in licences.EXCEPTIONS.items():
        assert not licences.allows(shipped[name].said), name
        assert len(why) > 20
    assert set(licences.ELSEWHERE) <= set(shipped)


def test_the_allowed_licences_are_spelled_as_spdx_has_them() -> None:
    assert {canonicalize_license_expression(each) for each in licences.ALLOWED} == set(licences.ALLOWED)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND ISC", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_an_expression_is_read_as_spdx_means_it(expression: str, allowed: bool) -> None:
    assert licences.allows(expression) is allowed


def test_a_library_that_is_locked_and_not_here_is_an_error() -> None:
    with pytest.raises(LookupError, match="no-such-library"):
        licences.licences(["no-such-library"])

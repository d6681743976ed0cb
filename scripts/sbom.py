"""Writes what is shipped as a bill of materials (CycloneDX 1.6, JSON): the product and every line of its lock.

`python -m scripts.sbom [FILE]`; without a file build/banli-sbom.cdx.json. The same lock gives the same bytes.
"""

import hashlib
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any, Final

from scripts.licences import LOCK, Locked, licences, locked

ROOT: Final = LOCK.parent
TARGET: Final = ROOT / "build" / "banli-sbom.cdx.json"
_SPDX: Final = re.compile(r"[A-Za-z0-9.()+ -]+")


def document() -> dict[str, Any]:
    """The bill. The hashes of every file of every library stand in the lock, whose own hash is told here."""
    lock = LOCK.read_bytes()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    digest = hashlib.sha256(lock).hexdigest()
    root = f"pkg:pypi/{project['name']}@{project['version']}"
    said = {each.name: each.said for each in licences()}
    components = [_component(each, said[each.name]) for each in locked()]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{root}#{digest}").urn,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
                "purl": root,
            },
            "properties": [{"name": "banli:requirements.lock:sha256", "value": digest}],
        },
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _component(line: Locked, licence: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{line.name}@{line.version}"
    is_expression = _SPDX.fullmatch(licence) is not None and "," not in licence
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": line.name,
        "version": line.version,
        "licenses": [{"expression": licence} if is_expression else {"license": {"name": licence}}],
        "purl": purl,
    }
    if line.marker:
        component["properties"] = [{"name": "banli:installed-when", "value": line.marker}]
    return component


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    bill = document()
    target.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{target}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

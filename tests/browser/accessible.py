"""Pages are looked over by axe-core, the rules that most audits of accessibility use (WCAG 2.2 A and AA)."""

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> str:
    script: str = Axe().axe_script
    return script


def faults(page: Page | Frame) -> list[str]:
    """What breaks a rule: the rule, how grave it is, and the elements."""
    page.evaluate(_axe())
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']} ({each['impact']}): {', '.join(node['target'][0] for node in each['nodes'])}"
        for each in found["violations"]
    ]

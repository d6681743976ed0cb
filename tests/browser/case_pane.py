"""The third pane of the demo page: what it says about the case at this moment."""

from playwright.sync_api import Page


class CasePane:
    """Reads the pane; waiting is the caller's."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def hint(self) -> str:
        return self.page.locator("#hint-text").inner_text()

    @property
    def number(self) -> str:
        return self.page.get_by_test_id("case-number").inner_text()

    @property
    def stages(self) -> dict[str, str]:
        """Stage key -> done, current, todo; in the order of the page."""
        read = "found => found.map(one => [one.dataset.key, one.dataset.state])"
        return dict(self.page.get_by_test_id("stage").evaluate_all(read))

    @property
    def statuses(self) -> dict[str, str]:
        """Item key -> its status."""
        read = "found => found.map(one => [one.dataset.item, one.dataset.status])"
        return dict(self.page.get_by_test_id("checklist-row").evaluate_all(read))

    @property
    def timeline(self) -> list[str]:
        """Newest first."""
        return self.page.locator('[data-testid="timeline-entry"] .happening-text').all_inner_texts()

    @property
    def pointed_seat(self) -> str:
        """The seat whose tab says that the next step is there; "client" for the client's phone."""
        tab = self.page.locator('[data-testid="staff-tab"].turn')
        return str(tab.get_attribute("data-seat")) if tab.count() else "client"

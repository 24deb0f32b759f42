"""What is true of every page, whoever reads it: axe finds nothing, it fits a phone, it asks nobody else."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async (rules) => (await axe.run(document, {runOnly: {type: "tag", values: rules}})).violations
    .map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | "))"""
_IDS = "() => [...document.querySelectorAll('[id]')].map(e => e.id)"


def violations(page: Page) -> list[str]:
    """What axe finds: the rule and the markup. Evaluated by the debugger, so the page's own policy stays as it is."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(_RUN, RULES)
    return found


class Look:
    """`url`: the site; the provider's pages are on another port of the same machine."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._request)
        page.on("pageerror", lambda fault: self.errors.append(str(fault)))
        page.on("console", self._console)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _console(self, said: ConsoleMessage) -> None:
        """A page that says 403 or 422 is an error to the console, and none to us; what the policy blocks is one."""
        if said.type == "error" and "the server responded with a status of 4" not in said.text:
            self.errors.append(said.text)

    def well(self) -> None:
        """The page as it stands, wide and at 320 pixels."""
        where = self.page.url
        found = violations(self.page)
        assert found == [], f"{where}: {found}"
        ids: list[str] = self.page.evaluate(_IDS)
        assert len(ids) == len(set(ids)), where
        self.page.set_viewport_size({"width": 320, "height": 800})
        width: Any = self.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 320, f"{where} is {width} pixels wide"
        self.page.set_viewport_size({"width": 1200, "height": 900})

    def nothing_from_elsewhere(self) -> None:
        """No request left this machine, and nothing was blocked or failed."""
        hosts = {urlsplit(address).hostname for address in self.asked if not address.startswith("data:")}
        assert hosts == {"127.0.0.1"}
        assert self.errors == []

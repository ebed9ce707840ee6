"""What a page must never do, watched from outside it: complain, fail, or speak to anybody but its own app."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

OWN_SCHEMES = ("data:", "blob:", "about:")
GONE = r"status of 404 .*/api/recordings/[0-9a-f]{32}/(wave|audio|segments)"
"""A recording may be deleted while a list is still asking for its outline."""


@dataclass
class Watch:
    """Collects complaints of a browser context; `expect` names those that a test provokes."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [GONE])
    requests: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of `context` from here on."""
        context.on("request", self._request)
        context.on("page", self._page)

    def expect(self, pattern: str) -> None:
        """Let console messages that match `pattern` pass: this test provokes them."""
        self.expected.append(pattern)

    def assert_quiet(self) -> None:
        """Fail where a page complained, failed or spoke to somebody else."""
        unexpected = [text for text in self.complaints if not any(re.search(known, text) for known in self.expected)]
        assert not unexpected, "the pages complained:\n" + "\n".join(unexpected)

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}\n{error.stack}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.origin + "/", *OWN_SCHEMES)):
            self.complaints.append(f"a request to somebody else: {request.url}")

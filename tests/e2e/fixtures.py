"""Fixtures of the browser walks."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.browser import FLAGS, chromium_path, visitor


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the session."""
    path = chromium_path()
    if path is None:
        pytest.skip("Chromium is not installed: the browser walks need Debian's package chromium.")
    # Playwright's synchronous API keeps an event loop in this thread; Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, live_server):
    """Open browser windows: `with visit(width=390) as someone:`."""

    def open_window(*, width: int = 1440, height: int = 1000, **options):
        return visitor(browser, live_server.url, viewport={"width": width, "height": height}, **options)

    return open_window

"""A portal that is served, and people who look at it with a browser."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ckanext.isp.store import keys
from tests.browser.people import FOCAL_POINTS, PASSWORD

TOP = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    # pages come and go: one process for all, and no time spent on making their scripts quicker
    "--process-per-site",
    "--js-flags=--no-opt",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # pictures of people come from elsewhere; tests do not go there
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the portal keeps its files; its database is filled."""
    if "CKAN_SQLALCHEMY_URL" not in os.environ:
        pytest.skip("needs a database that may be emptied: `make browser`")
    home = tmp_path_factory.mktemp("portal")
    keys.add(str(home / "keys"))
    run([sys.executable, "-m", "tests.browser.fill", write_ini(home, free_address())])
    return home


@pytest.fixture(scope="session")
def portal(home: Path) -> Iterator[str]:
    """The portal's address, while it is served."""
    address = free_address()
    with served(write_ini(home, address), address):
        yield address


@pytest.fixture(scope="session")
def plain_portal(home: Path) -> Iterator[str]:
    """The same portal without ckanext-scheming: CKAN's own form and schema."""
    address = free_address()
    with served(write_ini(home, address, plugins="isp activity"), address):
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


class Desks:
    """A desk per person and screen, where a browser stays logged in and keeps what it has read."""

    def __init__(self, portal: str, browser: Browser) -> None:
        self.portal, self.browser = portal, browser
        self.memories: dict[str, Any] = {}
        self.desks: dict[tuple[str | None, int, bool], BrowserContext] = {}

    def at(self, who: str | None, width: int, js: bool) -> BrowserContext:
        desk = who, width, js
        if desk not in self.desks:
            self.desks[desk] = self.new(*desk)
        return self.desks[desk]

    def new(self, who: str | None, width: int, js: bool) -> BrowserContext:
        if who and who not in self.memories:
            self.memories[who] = log_in(self.portal, self.browser, who)
        context = self.browser.new_context(
            base_url=self.portal,
            storage_state=self.memories[who] if who else None,
            viewport={"width": width, "height": 900},
            java_script_enabled=js,
        )
        context.set_default_timeout(15_000)
        return context


@pytest.fixture(scope="session")
def desks(portal: str, browser: Browser) -> Desks:
    return Desks(portal, browser)


@pytest.fixture
def visit(desks: Desks) -> Iterator[Visit]:
    """Opens a page of the portal as somebody, or as a visitor."""
    opened: list[Page] = []

    def open_page(path: str, who: str | None = None, *, width: int = 1280, js: bool = True) -> Page:
        page = desks.at(who, width, js).new_page()
        opened.append(page)
        page.goto(path)
        if js:
            wait_for_modules(page)
        return page

    yield open_page
    for page in opened:
        page.close()


def wait_for_modules(page: Page) -> None:
    """CKAN begins them once it has fetched their words; until then no script hears anybody."""
    page.wait_for_function(
        """() => {
            const {registry = {}, instances = {}} = (window.ckan || {}).module || {};
            const names = [...document.querySelectorAll('[data-module]')]
                .flatMap((element) => element.dataset.module.trim().split(/\\s+/));
            return names.every((name) => !registry[name] || instances[name]);
        }""",
        polling=50,
    )


def log_in(portal: str, browser: Browser, name: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{portal}/user/login")
    page.fill("#field-login", name)
    page.fill("#field-password", PASSWORD)
    page.press("#field-password", "Enter")
    page.wait_for_url(lambda url: "/user/login" not in url)
    memory = context.storage_state()
    context.close()
    return memory


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def write_ini(home: Path, address: str, plugins: str | None = None) -> Path:
    """test.ini for a portal that is really served."""
    text = (TOP / "test.ini").read_text().replace("%(here)s/.portal", str(home))
    values = {"testing": "false", "ckan.site_url": address, "ckan.plugins": plugins}
    for name, value in values.items():
        if value:
            text = re.sub(rf"(?m)^{re.escape(name)} = .*", f"{name} = {value}", text)
    own = {"focal_points": " ".join(FOCAL_POINTS), "store.key_file": home / "keys"}
    lines = [f"ckanext.isp.{name} = {value}" for name, value in own.items()]
    named = "\n".join(["[app:main]", *lines])
    text = text.replace("[app:main]", named, 1)
    path = home / f"{address.rpartition(':')[2]}.ini"
    path.write_text(text)
    return path


@contextlib.contextmanager
def served(ini: Path, address: str) -> Iterator[None]:
    program = [BIN / "gunicorn", "--workers", "1", "--threads", "8", "--timeout", "120"]
    where = [
        "--bind",
        address.removeprefix("http://"),
        "--chdir",
        TOP,
        "tests.browser.wsgi:application",
    ]
    with ini.with_suffix(".log").open("w") as log:
        process = subprocess.Popen(
            [str(word) for word in (*program, *where, "tests.browser.wsgi:application")],
            env={**os.environ, "CKAN_INI": str(ini)},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(address, process, Path(log.name))
            yield
        finally:
            process.terminate()
            process.wait(20)


def run(command: list[Any]) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for(address: str, served: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and served.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/3/action/status_show", timeout=30):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the portal did not start:\n{log.read_text()[-3000:]}")

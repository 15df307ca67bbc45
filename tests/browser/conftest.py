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
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from ckanext.isp.store import keys
from tests.browser.fill import FILLED
from tests.browser.people import FOCAL_POINTS, PASSWORD
from tests.browser.readers import HEIGHT

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
WIDTH = 1280
PATIENCE = 300  # seconds for a portal that begins
Visit = Callable[..., Page]
Act = Callable[..., Any]
Read = Callable[..., str]
TOKEN = re.compile(r'name="_csrf_token" content="([^"]+)"')


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the portal keeps its files."""
    if "CKAN_SQLALCHEMY_URL" not in os.environ:
        pytest.skip("needs a database that may be emptied: `make browser`")
    home = tmp_path_factory.mktemp("portal")
    keys.add(str(home / "keys"))
    return home


@pytest.fixture(scope="session")
def portal(home: Path) -> Iterator[str]:
    """The portal's address, while it is served; its database is filled before."""
    address = free_address()
    with served(write_ini(home, address), address, {FILLED: "yes"}):
        yield address


@pytest.fixture(scope="session")
def plain_portal(home: Path, portal: str) -> Iterator[str]:
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
    """A desk per person, where a browser stays logged in and keeps what it has read."""

    def __init__(self, portal: str, browser: Browser) -> None:
        self.portal, self.browser = portal, browser
        self.desks: dict[str | None, BrowserContext] = {}
        self.left: dict[tuple[str | None, bool], list[Page]] = {}
        self.tokens: dict[str, str] = {}

    def at(self, who: str | None) -> BrowserContext:
        if who not in self.desks:
            self.desks[who] = self.new(who)
        return self.desks[who]

    def new(self, who: str | None) -> BrowserContext:
        context = self.browser.new_context(base_url=self.portal)
        context.set_default_timeout(15_000)
        if who:
            self.tokens[who] = log_in(context, who)
        return context

    def take(self, who: str | None, js: bool) -> Page:
        """A page that was left, if there is one: a new one begins a process of its own."""
        left = self.left.setdefault((who, js), [])
        if left:
            return left.pop()
        page = self.at(who).new_page()
        if not js:
            forget_scripts(page)
        return page

    def leave(self, page: Page, who: str | None, js: bool) -> None:
        """Nothing that was on a page goes on."""
        try:
            page.unroute_all()
            page.goto("about:blank")
            self.left[who, js].append(page)
        except Error:
            page.close()

    def act(self, who: str, action: str, **data: Any) -> Any:
        request = self.at(who).request
        headers = {"X-CSRFToken": self.tokens[who]}
        answer = request.post(f"/api/3/action/{action}", data=data, headers=headers)
        assert answer.ok, answer.text()
        return answer.json()["result"]


@pytest.fixture(scope="session")
def desks(portal: str, browser: Browser) -> Desks:
    return Desks(portal, browser)


@pytest.fixture
def act(desks: Desks) -> Act:
    """Does as somebody what no page is looked at for."""
    return desks.act


@pytest.fixture
def read(desks: Desks) -> Read:
    """What somebody gets of a page, where nothing of it is to be seen or done."""
    return lambda path, who=None: desks.at(who).request.get(path).text()


@pytest.fixture
def visit(desks: Desks) -> Iterator[Visit]:
    """Opens a page of the portal as somebody, or as a visitor."""
    opened: list[tuple[Page, str | None, bool]] = []

    def open_page(
        path: str, who: str | None = None, *, width: int = WIDTH, js: bool = True
    ) -> Page:
        page = desks.take(who, js)
        opened.append((page, who, js))
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(path)
        if js:
            wait_for_modules(page)
        return page

    yield open_page
    for page in opened:
        desks.leave(*page)


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


def forget_scripts(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})


def log_in(context: BrowserContext, name: str) -> str:
    """By the form, without looking at it; the token of what is sent from then on."""
    form = {"login": name, "password": PASSWORD, "_csrf_token": token(context, "/user/login")}
    answer = context.request.post("/user/login", form=form, max_redirects=0)
    assert answer.status == 302, answer.text()
    return token(context, "/about")


def token(context: BrowserContext, path: str) -> str:
    return TOKEN.findall(context.request.get(path).text())[0]


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
def served(ini: Path, address: str, asked: dict[str, str] | None = None) -> Iterator[None]:
    program = [BIN / "gunicorn", "--workers", "1", "--threads", "8", "--timeout", str(PATIENCE)]
    where = ["--bind", address.removeprefix("http://"), "--chdir", TOP]
    with ini.with_suffix(".log").open("w") as log:
        process = subprocess.Popen(
            [str(word) for word in (*program, *where, "tests.browser.wsgi:application")],
            env={**os.environ, "CKAN_INI": str(ini), **(asked or {})},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(address, process, Path(log.name))
            yield
        finally:
            process.terminate()
            process.wait(20)


def ask(portal: str, path: str) -> None:
    """What wsgi.py does for tests."""
    with urllib.request.urlopen(portal + path, timeout=PATIENCE):
        return


def wait_for(address: str, served: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and served.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/3/action/status_show", timeout=30):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the portal did not start:\n{log.read_text()[-3000:]}")

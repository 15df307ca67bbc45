"""Two portals in processes of their own: one that keeps the protocol, one without the plugin.

They share PostgreSQL, Solr and Redis, never a row or a document: the unguarded portal has a schema,
a site id and a storage folder of its own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

TOP = Path(__file__).resolve().parents[3]
TEST_INI = TOP / "test.ini"
STOCK_SCHEMA = "isp_doors_stock"
STOCK_PLUGINS = "activity datastore datatables_view text_view image_view resource_proxy"
# as loose as a portal may be set and still serve
LOOSE = {
    "testing": "false",
    "ckan.auth.create_unowned_dataset": "true",
    "ckan.auth.create_dataset_if_not_in_organization": "true",
    "ckan.auth.allow_dataset_collaborators": "true",
    "ckan.auth.user_create_organizations": "true",
    "ckan.auth.user_create_groups": "true",
    "ckan.auth.user_delete_organizations": "true",
}
MARK = "@@answer@@"
_SHELL = "exec(__import__('base64').b64decode('{}').decode())"  # one line, whatever the shell
_PRELUDE = """
def _answer(source, names):
    import json, traceback
    scope = {"model": model, "toolkit": toolkit, "config": config, "answer": None, **names}
    told = {"ok": True}
    try:
        with app.test_request_context():
            exec(source, scope)
    except BaseException as error:
        told = {"ok": False, "error": repr(error), "trace": traceback.format_exc()}
    finally:
        model.Session.rollback()
        model.Session.remove()
    told["answer"] = scope["answer"]
    print("\\n" + MARK + json.dumps(told), flush=True)
"""


@dataclass
class Portal:
    """A running portal, and every way to it.

    :param guarded: whether it keeps the protocol
    :param env: what a process of this portal runs with
    """

    guarded: bool
    ini: Path
    env: dict[str, str]
    url: str
    log: Path
    statuses: list[tuple[str, int]] = field(default_factory=list)
    shell: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.visitor = requests.Session()
        self.visitor.trust_env = False
        self.visitor.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.engine = sa.create_engine(self.env["CKAN_SQLALCHEMY_URL"], pool_pre_ping=True)
        self.solr = self.env["CKAN_SOLR_URL"].rstrip("/") + "/select"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request, whose answer must not be the portal's failure."""
        session = options.pop("session", self.visitor)
        answer = session.request(method, self.url + path, timeout=60, **options)
        self.statuses.append((f"{method} {path}", answer.status_code))
        return answer

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return list(result) if result.returns_rows else []

    def documents(self, dataset: str) -> dict[str, Any] | None:
        """The index's document of a dataset with the labels that it is found by."""
        asked = {
            "q": f'id:"{dataset}"',
            "fq": f"site_id:{self.env['CKAN_SITE_ID']}",
            "fl": "id,capacity,state",
            "facet": "true",
            "facet.field": "permission_labels",
            "facet.mincount": "1",
            "wt": "json",
        }
        found = self.visitor.get(self.solr, params=asked, timeout=30).json()
        if not found["response"]["docs"]:
            return None
        labels = found["facet_counts"]["facet_fields"]["permission_labels"][::2]
        return {**found["response"]["docs"][0], "labels": set(labels)}

    def script(self, source: str, **names: Any) -> dict[str, Any]:
        """Run statements in the portal's own shell; what they leave in ``answer`` comes back."""
        call = f"_answer({source!r}, {names!r})"
        return self._say(call)

    def command(self, *words: str, ini: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the portal's command line."""
        return subprocess.run(
            [_program("ckan"), "-c", str(ini or self.ini), *words],
            env=self.env,
            cwd=self.ini.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def open_shell(self) -> None:
        self.shell = subprocess.Popen(
            [_program("ckan"), "-c", str(self.ini), "shell"],
            env=self.env,
            cwd=self.ini.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("a"),
            text=True,
        )

    def prepare_shell(self) -> None:
        self._say(_PRELUDE.replace("MARK", repr(MARK)) + "\n_answer('', {})")

    def _say(self, source: str) -> dict[str, Any]:
        assert self.shell
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(_SHELL.format(base64.b64encode(source.encode()).decode()) + "\n")
        self.shell.stdin.flush()
        for line in self.shell.stdout:
            if MARK in line:
                return json.loads(line.split(MARK, 1)[1])
        raise RuntimeError(f"The portal's shell has ended, see {self.log}")


@contextlib.contextmanager
def portal(folder: Path, *, guarded: bool, **settings: str) -> Iterator[Portal]:
    """A portal that serves, with a shell; both end with it."""
    port = _free_port()
    made = Portal(
        guarded,
        _write_ini(folder, guarded, settings),
        _environment(folder, guarded, port),
        f"http://127.0.0.1:{port}",
        folder / "log",
    )
    if not guarded:
        _empty_schema()
    with contextlib.ExitStack() as stack:
        made.open_shell()
        stack.callback(_end, made.shell)
        server = _serve(made, port)
        stack.callback(_end, server)
        made.prepare_shell()
        if not guarded:
            told = made.script(_TABLES)
            assert told["ok"], told
        _wait(made, server)
        yield made
        made.engine.dispose()


_TABLES = """
model.repo.init_db()
from ckan.cli.db import _run_migrations
_run_migrations("activity", None, True)
"""


def _environment(folder: Path, guarded: bool, port: int) -> dict[str, str]:
    env = {
        **os.environ,
        "CKAN_SITE_URL": f"http://127.0.0.1:{port}",
        "CKAN_SITE_ID": "isp_doors" if guarded else STOCK_SCHEMA,
        "CKAN_STORAGE_PATH": str(folder / "storage"),
        "IPYTHONDIR": str(folder / "ipython"),
        "TERM": "dumb",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }
    env.pop("PYTEST_CURRENT_TEST", None)
    if not guarded:
        plain = env["CKAN_SQLALCHEMY_URL"]
        join = "&" if "?" in plain else "?"
        env["CKAN_SQLALCHEMY_URL"] = f"{plain}{join}options=-csearch_path={STOCK_SCHEMA}"
    return env


def _write_ini(folder: Path, guarded: bool, settings: dict[str, str]) -> Path:
    (folder / "storage" / "files").mkdir(parents=True)
    own = {**LOOSE, **settings}
    own["ckan.files.storage.default.type"] = "ckan:fs"
    own["ckan.files.storage.default.path"] = str(folder / "storage" / "files")
    if not guarded:
        own["ckan.plugins"] = STOCK_PLUGINS
        own["scheming.dataset_schemas"] = ""
    lines = [f"{key} = {value}" for key, value in own.items()]
    path = folder / "portal.ini"
    path.write_text("\n".join(["[app:main]", f"use = config:{TEST_INI}", *lines, ""]))
    return path


def _empty_schema() -> None:
    engine = sa.create_engine(os.environ["CKAN_SQLALCHEMY_URL"])
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {STOCK_SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {STOCK_SCHEMA}")
    engine.dispose()


def _serve(made: Portal, port: int) -> subprocess.Popen[bytes]:
    """One process, so that whatever one request does to it, the next one meets."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"),
            *("--timeout", "120", "--chdir", str(TOP), "tests.functional.doors.wsgi:application"),
        ],
        env={**made.env, "CKAN_INI": str(made.ini), "HOME": str(made.ini.parent)},
        stdout=made.log.open("a"),
        stderr=subprocess.STDOUT,
    )


def _wait(made: Portal, server: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 90
    while time.monotonic() < limit and server.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(made.url + "/api/3/action/status_show", timeout=60).ok:
                return
        time.sleep(0.2)
    raise RuntimeError(f"The portal does not serve:\n{made.log.read_text()[-4000:]}")


def _end(process: subprocess.Popen[Any] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)

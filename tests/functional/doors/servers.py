"""Two portals in processes of their own: one that keeps the protocol, one without the plugin.

They share PostgreSQL, Solr and Redis, never a row or a document: the unguarded portal has a schema,
a site id and a storage folder of its own.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from . import house
from .house import House

TOP = Path(__file__).resolve().parents[3]
TEST_INI = TOP / "test.ini"
STOCK_SCHEMA = "isp_doors_stock"
STOCK_PLUGINS = "activity datastore datatables_view text_view image_view resource_proxy"
# as loose as a portal may be set and still serve
LOOSE = {
    "testing": "false",
    # the database stays where it is
    "sqlalchemy.pool_pre_ping": "false",
    "ckan.auth.create_unowned_dataset": "true",
    "ckan.auth.create_dataset_if_not_in_organization": "true",
    "ckan.auth.allow_dataset_collaborators": "true",
    "ckan.auth.user_create_organizations": "true",
    "ckan.auth.user_create_groups": "true",
    "ckan.auth.user_delete_organizations": "true",
}


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

    def __post_init__(self) -> None:
        self.house: House
        self.visitor = requests.Session()
        self.visitor.trust_env = False
        self.visitor.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.engine = sa.create_engine(self.env["CKAN_SQLALCHEMY_URL"])
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
        """Run statements in the portal; what they leave in ``answer`` comes back."""
        return self.house.script(source, names)

    def command(self, *words: str, ini: Path | None = None) -> str:
        """Run the portal's command line; what it printed."""
        with tempfile.NamedTemporaryFile(dir=self.ini.parent, mode="r") as output:
            words = ("-c", str(ini or self.ini), *words)
            house.command([*words], self.env, self.log, Path(output.name))
            return output.read()


@contextlib.contextmanager
def portal(folder: Path, *, guarded: bool, **settings: str) -> Iterator[Portal]:
    """A portal that serves, and runs scripts."""
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
    made.house = House(made.ini, made.env, made.log, port)
    try:
        if not guarded:
            told = made.script(_TABLES)
            assert told["ok"], told
        _wait(made)
        yield made
    finally:
        made.engine.dispose()
        made.house.end()


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
        "HOME": str(folder),
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


def _wait(made: Portal) -> None:
    limit = time.monotonic() + 90
    while time.monotonic() < limit and made.house.stands():
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(made.url + "/api/3/action/status_show", timeout=60).ok:
                return
        time.sleep(0.2)
    raise RuntimeError(f"The portal does not serve:\n{made.log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""Two portals that differ in one plugin."""

from __future__ import annotations

import json
import os
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

HERE = Path(__file__).parent
COMMON = "scheming_datasets activity"
PLUGINS = {"stock": COMMON, "isp": f"isp {COMMON}"}
REDIS = {"stock": "2", "isp": "3"}
ADDRESSES = ("CKAN_SQLALCHEMY_URL", "CKAN_SOLR_URL", "CKAN_REDIS_URL")
PATIENCE_SECONDS = 120
HEADER = "X-SQL-Queries"
# of the request before, with those that it asked while it sent its answer
BODY_HEADER = "X-SQL-Queries-Before"


@dataclass(frozen=True)
class Portal:
    """A CKAN with a database, a Solr core and a Redis database of its own.

    :param name: ``stock`` or ``isp``; database and core are called ``bench_`` and this name
    """

    name: str
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ini(self) -> Path:
        return self.folder / "portal.ini"

    def write_ini(self) -> None:
        database, solr, redis = (os.environ[name] for name in ADDRESSES)
        values = {
            "name": f"bench_{self.name}",
            "port": self.port,
            "plugins": PLUGINS[self.name],
            "folder": self.folder,
            "database": beside(database, f"bench_{self.name}"),
            "solr": beside(solr, f"bench_{self.name}"),
            "redis": beside(redis, REDIS[self.name]),
        }
        self.folder.mkdir()
        template = IniTemplate((HERE / "portal.ini.in").read_text())
        self.ini.write_text(template.substitute(values))

    def make(self) -> None:
        """Empty tables, and a guard that is armed."""
        empty(beside(os.environ["CKAN_SQLALCHEMY_URL"], f"bench_{self.name}"))
        self.run("db", "upgrade")
        if self.name == "isp":
            self.run("isp", "adopt")

    def fill(self, size: int) -> subprocess.Popen[str]:
        """Begin to fill it; the answer ends with the editor's token."""
        return subprocess.Popen(
            [sys.executable, "-m", "bench.fill", str(size)],
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> None:
        """A command of CKAN's."""
        ckan = str(Path(sys.executable).with_name("ckan"))
        command = [ckan, "-c", str(self.ini), *words]
        subprocess.run(command, env=self.environment(), check=True, stdout=subprocess.DEVNULL)

    def environment(self) -> dict[str, str]:
        """Without the addresses of the tests, which CKAN would put before those of the file."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CKAN_")}
        return {**kept, "CKAN_INI": str(self.ini)}

    @contextmanager
    def served(self, *manner: str) -> Iterator[subprocess.Popen[bytes]]:
        """Serve it by one gunicorn worker.

        :param manner: further words for gunicorn
        """
        program = [sys.executable, "-m", "gunicorn", "--log-level", "error", "--timeout", "300"]
        place = ["--workers", "1", "--bind", f"127.0.0.1:{self.port}", "bench.wsgi:application"]
        server = subprocess.Popen([*program, *manner, *place], env=self.environment())
        try:
            self.wait(server)
            yield server
        finally:
            server.terminate()
            server.wait(30)

    def wait(self, server: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/api/3/action/status_show", timeout=30):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise SystemExit(f"The portal {self.name} does not answer on {self.url}.")


class IniTemplate(string.Template):
    """`$name` is filled in; logging's own `%(name)s` is left alone."""


def both(folder: Path) -> dict[str, Portal]:
    made = {name: Portal(name, folder / name, free_port()) for name in PLUGINS}
    for portal in made.values():
        portal.write_ini()
        portal.make()
    return made


def fill(portals: dict[str, Portal], size: int) -> dict[str, str]:
    """Fill them side by side; the editor's token for each."""
    running = {name: portal.fill(size) for name, portal in portals.items()}
    tokens = {}
    for name, filling in running.items():
        told, _nothing = filling.communicate()
        if filling.returncode:
            raise SystemExit(f"The portal {name} could not be filled.")
        tokens[name] = str(json.loads(told.splitlines()[-1])["token"])
    return tokens


def beside(address: str, name: str) -> str:
    """The same server, another database or core."""
    parts = urllib.parse.urlsplit(address)
    folder = parts.path.rpartition("/")[0]
    return urllib.parse.urlunsplit(parts._replace(path=f"{folder}/{name}"))


def empty(database: str) -> None:
    engine = sa.create_engine(database)
    try:
        with engine.begin() as connection:
            tables = [f'"{name}"' for name in sa.inspect(connection).get_table_names()]
            if tables:
                connection.exec_driver_sql(f"DROP TABLE {', '.join(tables)} CASCADE")
    except sa.exc.OperationalError as error:
        raise SystemExit(f"The bench needs a database of its own: {error.orig}") from error
    finally:
        engine.dispose()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

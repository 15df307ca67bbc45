"""PostgreSQL: a cluster of our own, on loopback only, without a socket file.

It refuses to run as root. Root therefore hands the cluster to Debian's account for it, which keeps
one capability where the checkout lies below a folder that only root may enter.
"""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from dev.stack import ports
from dev.stack.processes import pid_of, run, spawn, wait_for
from dev.stack.progress import Problem
from dev.stack.state import State, write_whole

NAME = "postgres"
OWNER = "ckan"
READER = "datastore_ro"
DATABASES = {
    "demo": ("ckan_default", "datastore_default"),
    "test": ("ckan_test", "datastore_test"),
    "test_2": ("ckan_test_2", "datastore_test_2"),
    "bench": ("bench_stock", "bench_isp"),
}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may be 107 bytes long, checkouts lie deeper
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "fsync": "off",  # what is kept here can be made again
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def folder_of_programs() -> Path | None:
    """Debian keeps them out of the PATH, by version."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("[0-9]*/bin"),
        key=lambda path: float(path.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    return next((place for place in places if (place / "initdb").exists()), None)


def program(state: State, name: str) -> Path:
    """Of the version that made the cluster, if there is one."""
    newest = folder_of_programs()
    if newest is None:
        raise Problem("PostgreSQL is missing.")
    version_file = state.path("pg", "data", "PG_VERSION")
    version = version_file.read_text().strip() if version_file.exists() else newest.parent.name
    own = Path("/usr/lib/postgresql") / version / "bin"
    if (
        newest.parent.name != version
        and newest.parent.parent == own.parents[1]
        and not own.exists()
    ):
        raise Problem(
            f"The cluster in {state.path('pg')} was made by PostgreSQL {version}, which is"
            " no longer installed: install it, or begin again with `make reset`."
        )
    return (own if own.exists() else newest) / name


@functools.cache
def account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Problem("PostgreSQL cannot run as root, and there is no account `postgres` to run it as.")


def as_account(folder: Path) -> list[str]:
    """What to put before a command so that it may run and can reach the folder."""
    if os.geteuid() != 0:
        return []
    plain = ["setpriv", f"--reuid={account()}", f"--regid={account_group()}", "--init-groups"]
    keeping = [*plain, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    for prefix in (plain, keeping):
        reach = subprocess.run([*prefix, "ls", f"{folder}/."], capture_output=True, check=False)
        if reach.returncode == 0:
            return prefix
    raise Problem(
        f"PostgreSQL cannot run as root, and the account `{account()}` cannot enter"
        f" {folder}: name a state folder that it can, such as ISP_STATE=/var/tmp/isp-portal,"
        " or run as an ordinary user."
    )


def account_group() -> int:
    return pwd.getpwnam(account()).pw_gid


def up(state: State) -> int:
    """Start it, with its roles and databases, and say on which port."""
    running = pid_of(state, NAME) is not None
    port = ports.assign(state, NAME)
    if not running:
        create_cluster(state)
        prefix = as_account(state.path("pg"))
        settings = [f"{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
        words = [word for setting in settings for word in ("-c", setting)]
        spawn(
            state,
            NAME,
            [*prefix, program(state, "postgres"), "-D", state.path("pg", "data"), *words],
        )
    wait_for(state, NAME, lambda: accepts(state, port))
    create_databases(state)
    return port


def accepts(state: State, port: int) -> bool:
    command = [str(program(state, "pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def create_cluster(state: State) -> None:
    """Made aside and renamed when whole."""
    home, data = state.path("pg"), state.path("pg", "data")
    if data.exists():
        return
    state.unmark("roles-2", *(name for pair in DATABASES.values() for name in pair))
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    password = home / "password"
    write_whole(password, state.secret("postgres"))
    if os.geteuid() == 0:
        for path in (home, password):
            shutil.chown(path, account(), account_group())
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres"]
    safety = ["--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"]
    making = home / "making"
    run(
        state,
        [*as_account(home), program(state, "initdb"), f"--pgdata={making}", *locale, *safety],
        state.log(NAME),
    )
    password.unlink()
    making.rename(data)


def create_databases(state: State) -> None:
    if not state.done("roles-2"):
        for role in (OWNER, READER):
            create_role(state, role)
        state.mark("roles-2")
    for name in (name for pair in DATABASES.values() for name in pair):
        if not state.done(name):
            recreate(state, name)
            state.mark(name)


def create_role(state: State, role: str) -> None:
    password = state.secret(role)
    sql(
        state,
        f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS"
        f" (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec\n"
        f"ALTER ROLE {role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
        f" PASSWORD '{password}';\n"
        # so that tests can try what replication and restores do
        f"SELECT 'GRANT SET ON PARAMETER session_replication_role TO {OWNER}'"
        f" WHERE '{role}' = '{OWNER}'"
        " AND current_setting('server_version_num')::int >= 150000 \\gexec\n",
    )


def recreate(state: State, name: str) -> None:
    """An empty database of that name, whatever was there."""
    sql(
        state,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE);\n"
        f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0"
        " ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';\n",
    )


def sql(state: State, statements: str) -> None:
    """As the superuser, stopping at the first error."""
    port = state.get("ports", NAME)
    where = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "postgres"]
    run(
        state,
        [program(state, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *where],
        state.log("psql"),
        env={"PGPASSWORD": state.secret("postgres")},
        feed=statements,
    )


def urls(state: State, purpose: str) -> dict[str, str]:
    """The variables from which CKAN reads where the databases of `demo` or `test` are."""
    main, datastore = DATABASES[purpose]
    place = f"127.0.0.1:{state.get('ports', NAME)}"
    owner = f"postgresql://{OWNER}:{state.secret(OWNER)}@{place}"
    reader = f"postgresql://{READER}:{state.secret(READER)}@{place}"
    return {
        "CKAN_SQLALCHEMY_URL": f"{owner}/{main}",
        "CKAN_DATASTORE_WRITE_URL": f"{owner}/{datastore}",
        "CKAN_DATASTORE_READ_URL": f"{reader}/{datastore}",
    }

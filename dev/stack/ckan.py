"""CKAN: its configuration, its tables, the web server and the background worker."""

from __future__ import annotations

import functools
import json
import os
import string
import urllib.error
import urllib.request
from pathlib import Path

from dev.stack import mailbox, ports, postgres, python, redis, solr
from dev.stack.processes import output_of, pid_of, run, spawn, stop, wait_for
from dev.stack.progress import Problem, step
from dev.stack.state import REPOSITORY, State, digest, write_whole

NAME = "ckan"
WORKER = "worker"
PLUGINS = "isp scheming_datasets activity datastore datatables_view text_view image_view"
TEMPLATE = Path(__file__).resolve().parents[1] / "ckan.ini.in"
CODE = ("ckanext", "schemas", "i18n")
WEB_WORKERS, WEB_THREADS = 2, 4


class IniTemplate(string.Template):
    """`$name` is filled in; logging's own `%(name)s` is left alone."""


def urls(state: State, purpose: str) -> dict[str, str]:
    """The environment variables that point CKAN at the services of `demo` or `test`."""
    return {
        **postgres.urls(state, purpose),
        **redis.urls(state, purpose),
        **solr.urls(state, purpose),
    }


def address(state: State) -> str:
    return f"http://127.0.0.1:{state.get('ports', NAME)}"


def ini(state: State) -> Path:
    return state.path("ckan.ini")


def write_ini(state: State) -> None:
    values = {name.removeprefix("CKAN_").lower(): url for name, url in urls(state, "demo").items()}
    text = IniTemplate(TEMPLATE.read_text()).substitute(
        values,
        secret_key=state.secret("ckan"),
        site_url=address(state),
        plugins=os.environ.get("ISP_PLUGINS", PLUGINS),
        storage=state.path("storage"),
        keys=state.path("restricted-keys"),
        smtp_server=mailbox.server(state),
    )
    write_whole(ini(state), text)


def up(state: State) -> None:
    """Start CKAN and its worker, anew if what they run from has changed since."""
    running = all(pid_of(state, name) for name in (NAME, WORKER))
    ports.assign(state, NAME)
    write_ini(state)
    compile_translations(state)
    key = fingerprint(state)
    if running and state.done("served", key) and healthy(state):
        with step(f"CKAN on {address(state)}"):
            return
    state.unmark("served")
    for name in (WORKER, NAME):
        stop(state, name)
    with step("CKAN's tables", state.log("tables")):
        prepare_tables(state)
    with step("CKAN", state.log(NAME)) as progress:
        serve(state)
        progress.title = f"CKAN on {address(state)}"
    state.mark("served", key)


def serve(state: State) -> None:
    env = {"CKAN_INI": str(ini(state)), "PYTHONUNBUFFERED": "1"}
    place = ["--bind", f"127.0.0.1:{state.get('ports', NAME)}", "--chdir", str(REPOSITORY)]
    manner = [
        "--workers",
        str(WEB_WORKERS),
        "--threads",
        str(WEB_THREADS),
        "--timeout",
        "120",
        "--worker-tmp-dir",
        str(state.root),
    ]
    spawn(
        state,
        NAME,
        [python.program(state, "gunicorn"), *place, *manner, "dev.wsgi:application"],
        env,
    )
    spawn(state, WORKER, [python.program(state, "ckan"), "-c", ini(state), "jobs", "worker"], env)
    wait_for(state, NAME, lambda: healthy(state), 120)
    if pid_of(state, WORKER) is None:
        raise Problem(f"The background worker ended while starting; see {state.log(WORKER)}")


def healthy(state: State) -> bool:
    try:
        with urllib.request.urlopen(
            f"{address(state)}/api/3/action/status_show", timeout=30
        ) as answer:
            return bool(json.load(answer)["success"])
    except (urllib.error.URLError, OSError, ValueError):
        return False


def command(state: State, log: str, *words: str) -> None:
    run(state, [python.program(state, "ckan"), "-c", ini(state), *words], state.log(log))


def prepare_tables(state: State) -> None:
    """CKAN's and every plugin's; then the search index, where Solr was made after the database."""
    set_permissions(state, "demo")
    command(state, "tables", "db", "upgrade")
    if not state.path("restricted-keys").exists():
        command(state, "tables", "isp", "store", "key", "add")
    if not state.done("adopted"):
        # a catalogue that begins with the guard has nothing to adopt, and is armed
        command(state, "tables", "isp", "adopt")
        state.mark("adopted")
    if not state.path("solr", "home", "indexed").exists():
        command(state, "tables", "search-index", "rebuild")
        state.path("solr", "home", "indexed").touch()


def set_permissions(state: State, purpose: str) -> None:
    """What `ckan datastore set-permissions` prints, without loading CKAN's configuration for it."""
    main, datastore = postgres.DATABASES[purpose]
    postgres.sql(state, permissions(python.program(state, "python"), main, datastore))


@functools.cache
def permissions(python: Path, main: str, datastore: str) -> str:
    """The statements; that Python takes seconds to tell them."""
    names = (main, datastore, postgres.OWNER, postgres.OWNER, postgres.READER)
    print_it = f"from ckanext.datastore.cli import permissions_sql as p; print(p(*{names!r}))"
    return output_of([python, "-c", print_it])


def compile_translations(state: State) -> None:
    """Where a catalogue is newer than its compiled form."""
    for source in REPOSITORY.glob("i18n/*/LC_MESSAGES/ckanext-isp.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            words = ["compile", "-i", str(source), "-o", str(compiled)]
            run(state, [python.program(state, "pybabel"), *words], state.log("translations"))


def fingerprint(state: State) -> str:
    """Changes with the code, the configuration and the environment that CKAN runs from."""
    files = sorted(
        path
        for folder in CODE
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    seen = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files]
    stamp = state.path("stamps", "project")
    return digest(ini(state), *seen, *([stamp] if stamp.exists() else []))

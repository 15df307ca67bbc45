"""The system's packages: looked for by what they bring, installed by root, asked for by others."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import sysconfig
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from dev.stack import java, postgres
from dev.stack.processes import output_of, run
from dev.stack.progress import Problem, say, step
from dev.stack.state import State

# the first has no windows, and takes half the time
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SERVICES = {"postgresql": "postgresql", "redis-server": "redis-server"}  # package to unit


@dataclass(frozen=True)
class Need:
    what: str
    packages: str  # separated by blanks; the first known one of a|b|c
    met: Callable[[], bool]


def program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def header(name: str) -> Callable[[], bool]:
    folders = (sysconfig.get_paths()["include"], "/usr/include", "/usr/local/include")
    return lambda: any(Path(folder, name).exists() for folder in folders)


PYTHON = (
    Need(
        "Python's venv", "python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None
    ),
    Need("Python's headers", "python3-dev", header("Python.h")),
    Need("a C compiler", "gcc", program("gcc", "cc")),
    Need("the C library's headers", "libc6-dev", header("stdio.h")),
    Need("PostgreSQL's client library", "libpq-dev", program("pg_config")),
    Need("libmagic", "libmagic1", lambda: ctypes.util.find_library("magic") is not None),
)
SERVERS = (
    Need("PostgreSQL", "postgresql", lambda: postgres.folder_of_programs() is not None),
    Need("Redis", "redis-server", program("redis-server")),
    Need(
        f"Java {java.OLDEST} or newer with its compiler",
        "openjdk-21-jdk-headless|openjdk-17-jdk-headless|default-jdk-headless",
        java.fits,
    ),
    Need("Maven", "maven", program("mvn")),
)
CHECKS = (
    Need("Chromium", "chromium-headless-shell|chromium", program(*BROWSERS)),
    Need("gettext", "gettext", program("msgfmt")),
)


def ensure(state: State, needs: Collection[Need]) -> None:
    missing = [need for need in needs if not need.met()]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Problem(f"Missing here: {names(missing)}. Install them and repeat the command.")
    if os.geteuid() != 0:
        command = f"sudo apt-get install -y --no-install-recommends {' '.join(chosen(missing))}"
        raise Problem(
            f"Missing here: {names(missing)}. Run this once, then repeat the command:\n  {command}"
        )
    install(state, missing)
    java.found.cache_clear()
    still = [need for need in missing if not need.met()]
    if still:
        raise Problem(f"Still missing after the installation: {names(still)}.{hint(still)}")


def names(needs: Collection[Need]) -> str:
    return ", ".join(need.what for need in needs)


def hint(still: Collection[Need]) -> str:
    best = java.found()
    if best and any("Java" in need.what for need in still):
        return f" The Java found is {best[1]}, {best[0]}: name a newer one in JAVA_HOME."
    if any("Python" in need.what for need in still):
        return " This python3 is not the system's: repeat with PYTHON=/usr/bin/python3."
    return ""


def chosen(needs: Collection[Need]) -> list[str]:
    """The packages' names as this release of the system knows them."""
    return [first_known(choice.split("|")) for need in needs for choice in need.packages.split()]


def first_known(choices: list[str]) -> str:
    known = (
        name
        for name in choices[:-1]
        if "Candidate: " in policy(name) and "(none)" not in policy(name)
    )
    return next(known, choices[-1])


def policy(name: str) -> str:
    return "\n".join(
        line
        for line in output_of(["apt-cache", "policy", name]).splitlines()
        if "Candidate" in line
    )


def install(state: State, missing: Collection[Need]) -> None:
    log, env = state.log("apt"), {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    apt = ["apt-get", "-y", "-o", "DPkg::Lock::Timeout=300"]
    with step(f"System packages: {names(missing)}", log):
        run(state, ["dpkg", "--configure", "-a"], log, env=env)  # after an interrupted installation
        run(state, [*apt, "update"], log, env=env, downloads=True)
        wanted = chosen(missing)
        try:
            run(
                state,
                [*apt, "install", "--no-install-recommends", *wanted],
                log,
                env=env,
                downloads=True,
            )
        finally:
            silence([SERVICES[name] for name in wanted if name in SERVICES])


def silence(units: list[str]) -> None:
    """Debian starts a server as it installs it; ours are separate ones."""
    for unit in units:
        if Path("/run/systemd/system").exists():
            output_of(["systemctl", "disable", "--now", unit])
        elif Path("/etc/init.d", unit).exists():
            output_of(["service", unit, "stop"])
        say(f"· Debian's own {unit} service, installed just now, is stopped and stays off.")


def browser() -> str:
    return next((path for path in map(shutil.which, BROWSERS) if path), "")

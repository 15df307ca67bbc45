"""The phases of `make test`: all of them run, whatever an earlier one says."""

from __future__ import annotations

import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from dev.stack import ckan, packages, postgres, python
from dev.stack.processes import environment
from dev.stack.progress import Problem, say, step
from dev.stack.state import REPOSITORY, State, write_whole


@dataclass(frozen=True)
class Phase:
    title: str
    command: str  # the first word is a program of the environment
    folder: str = "."  # skipped if it does not exist
    services: bool = False
    takes_arguments: bool = False


PHASES = {
    "lint": (
        Phase("ruff check", "ruff check ."),
        Phase("ruff format", "ruff format --check ."),
        Phase("mypy", "mypy"),
    ),
    "unit": (
        Phase(
            "unit tests",
            "python -m pytest -c tests/unit/pytest.ini tests/unit",
            "tests/unit",
            takes_arguments=True,
        ),
    ),
    "functional": (
        Phase(
            "functional tests",
            "python -m pytest --ckan-ini=test.ini tests/functional",
            "tests/functional",
            services=True,
            takes_arguments=True,
        ),
    ),
    "browser": (
        Phase(
            "browser tests",
            "python -m pytest tests/browser",
            "tests/browser",
            services=True,
            takes_arguments=True,
        ),
    ),
    "core": (
        Phase(
            "CKAN's own tests",
            "python tests/ckan_core",
            "tests/ckan_core",
            services=True,
            takes_arguments=True,
        ),
    ),
    "bench": (Phase("bench", "python -m bench", "bench", services=True, takes_arguments=True),),
}
PHASES["test"] = tuple(
    phase for name in ("lint", "unit", "functional", "core", "browser") for phase in PHASES[name]
)


def needs_services(name: str) -> bool:
    return any(phase.services and present(phase) for phase in PHASES[name])


def present(phase: Phase) -> bool:
    return (REPOSITORY / phase.folder).is_dir()


def variables(state: State, services: bool) -> dict[str, str]:
    """The environment of a phase; test.ini reads its addresses from it."""
    path = environment().get("PATH", "")
    common = {
        "PATH": f"{state.path('env', 'bin')}:{path}",
        "VIRTUAL_ENV": str(state.path("env")),
        "CHROMIUM": environment().get("CHROMIUM") or packages.browser(),
        "ISP_STATE": str(state.root),
    }
    return {**common, **(test_variables(state) if services else {})}


def test_variables(state: State) -> dict[str, str]:
    return {**ckan.urls(state, "test"), "CKAN_STORAGE_PATH": str(state.path("test-storage"))}


def write_env(state: State) -> None:
    """For a shell: `. .portal/test.env`."""
    pairs = variables(state, services=True).items()
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in pairs if name != "PATH"]
    write_whole(state.path("test.env"), "".join(lines))


def clean_databases(state: State) -> None:
    """Each run begins with empty ones: what a changed migration left behind would be in the way."""
    with step("Empty databases for the tests", state.log("psql")):
        for name in postgres.DATABASES["test"]:
            postgres.recreate(state, name)
        ckan.set_permissions(state, "test")


def run(state: State, name: str, arguments: list[str]) -> None:
    """A Problem, after the last phase, if any has failed."""
    results = [(phase.title, *verdict(state, phase, arguments)) for phase in PHASES[name]]
    if len(results) > 1:
        say(f"\n── {name}")
        for title, outcome, seconds in results:
            say(f"{outcome} {title} ({seconds:.1f} s)")
    failed = [title for title, outcome, _ in results if outcome == "✗"]
    if failed:
        raise Problem(f"Failed: {', '.join(failed)}.")


def verdict(state: State, phase: Phase, arguments: list[str]) -> tuple[str, float]:
    say(f"\n── {phase.title}")
    if not present(phase):
        say(f"skipped: there is no {phase.folder}")
        return "-", 0.0
    program, *words = shlex.split(phase.command)
    command: list[str | Path] = [
        python.program(state, program),
        *words,
        *(arguments if phase.takes_arguments else []),
    ]
    began = time.monotonic()
    try:
        code = subprocess.call(
            command, env=environment(variables(state, phase.services)), cwd=REPOSITORY
        )
    except FileNotFoundError:
        say(f"{program} is not in the environment: pyproject.toml's `dev` should name it")
        code = 1
    return "✗" if code else "✓", time.monotonic() - began

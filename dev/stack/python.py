"""The stack's own Python environment: CKAN, what goes with it, and this checkout."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path

from dev.stack.processes import run
from dev.stack.progress import Problem, step
from dev.stack.state import REPOSITORY, State, digest

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
PIP = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
# does in a third of the time what pip does, and knows nothing of pip's own configuration
UV = "uv>=0.5"
# the certificates that the system trusts, as pip does; by its newer name and by the older
TRUST = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}


def up(state: State) -> None:
    """Made anew when the requirements or the interpreter change."""
    home, log = state.path("env"), state.log("pip")
    key = digest(REQUIREMENTS, sys.version, str(home))
    if not state.done("environment", key):
        state.unmark("environment", "project")
        with step("CKAN and its Python packages", log):
            shutil.rmtree(home, ignore_errors=True)
            run(state, [sys.executable, "-m", "venv", home], log)
            with contextlib.suppress(Problem):
                run(state, [program(state, "python"), *PIP, UV], log)
            install(state, "-r", REQUIREMENTS)
        state.mark("environment", key)
    install_checkout(state, key)


def install_checkout(state: State, environment: str) -> None:
    described = [
        path for path in map(REPOSITORY.joinpath, ("pyproject.toml", "setup.py")) if path.exists()
    ]
    key = digest(environment, str(REPOSITORY), *described)
    if not described or state.done("project", key):
        return
    with step("This checkout and its tools", state.log("pip")):
        install(state, "-e", f"{REPOSITORY}[dev]")
    state.mark("project", key)


def install(state: State, *what: str | Path) -> None:
    """With uv, or else with pip, which finds packages where it was told to look for them."""
    python, uv, log = program(state, "python"), program(state, "uv"), state.log("pip")
    if uv.exists():
        with contextlib.suppress(Problem):
            words = ["pip", "install", "--compile-bytecode", "--python", python, *what]
            run(state, [uv, *words], log, env=TRUST)
            return
    run(state, [python, *PIP, *what], log, downloads=True)


def program(state: State, name: str) -> Path:
    return state.path("env", "bin", name)


def package(state: State, name: str) -> Path:
    """Where an installed package lies."""
    found = next(iter(state.path("env").glob(f"lib/python3*/site-packages/{name}")), None)
    if found is None:
        raise Problem(f"{name} is not in {state.path('env')}: run `make reset` and begin again.")
    return found

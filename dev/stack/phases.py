"""What `make test` and its parts consist of."""

from __future__ import annotations

from dataclasses import dataclass

from dev.stack.state import REPOSITORY


@dataclass(frozen=True)
class Phase:
    name: str  # of its log
    title: str
    command: str  # for the environment's Python
    folder: str = "."  # skipped if it does not exist
    services: bool = False
    takes_arguments: bool = False

    @property
    def present(self) -> bool:
        return (REPOSITORY / self.folder).is_dir()


@dataclass(frozen=True)
class Result:
    phase: Phase
    outcome: str  # ✓, ✗, or - where there is nothing to run
    seconds: float

    def __str__(self) -> str:
        return f"{self.outcome} {self.phase.title} ({self.seconds:.1f} s)"


LINT = (
    Phase("ruff", "ruff check", "-m ruff check ."),
    Phase("format", "ruff format", "-m ruff format --check ."),
    Phase("mypy", "mypy", "-m mypy"),
)
UNIT = Phase(
    "unit",
    "unit tests",
    "-m pytest -c tests/unit/pytest.ini tests/unit",
    "tests/unit",
    takes_arguments=True,
)
FUNCTIONAL = Phase(
    "functional",
    "functional tests",
    "-m pytest -p no:freezegun --ckan-ini=test.ini tests/functional",
    "tests/functional",
    services=True,
    takes_arguments=True,
)


def part(name: str, title: str, *what: str) -> Phase:
    """Of the functional tests; what pytest remembers of it is kept apart."""
    words = f"-m pytest -o cache_dir=.pytest_cache/{name} -p no:freezegun --ckan-ini=test.ini"
    folder = "tests/functional"
    return Phase(name, title, " ".join([words, *what]), folder, services=True)


DOORS = "tests/functional/doors"
TO_WRITE_BY = [f"{DOORS}/test_guarded.py", f"{DOORS}/test_unguarded.py"]
WRITING = part("writing", "doors to write by", *TO_WRITE_BY)
READING = part("reading", "other doors", DOORS, *(f"--ignore={path}" for path in TO_WRITE_BY))
INDOORS = part("functional", "other functional tests", "tests/functional", f"--ignore={DOORS}")
BROWSER = Phase(
    "browser",
    "browser tests",
    "-m pytest tests/browser",
    "tests/browser",
    services=True,
    takes_arguments=True,
)
CORE = Phase(
    "core",
    "CKAN's own tests",
    "tests/ckan_core",
    "tests/ckan_core",
    services=True,
    takes_arguments=True,
)
BENCH = Phase("bench", "bench", "-m bench", "bench", services=True, takes_arguments=True)

PHASES: dict[str, tuple[Phase, ...]] = {
    "lint": LINT,
    "unit": (UNIT,),
    "functional": (FUNCTIONAL,),
    "browser": (BROWSER,),
    "core": (CORE,),
    "bench": (BENCH,),
    # the longest first; what is short fills the gaps
    "test": (INDOORS, BROWSER, WRITING, READING, CORE, UNIT, *LINT),
}


def needs_services(name: str) -> bool:
    return any(phase.services and phase.present for phase in PHASES[name])

"""python -m bench: how fast a portal with the plugin is beside the same portal without it.

Fails where the plugin makes more SQL queries than promised, or where a verdict is slow. Times are
printed with PASS or FAIL beside what is promised of them, and fail nothing: machines are noisy.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from bench import figures, load, portals, report, verdict
from bench.figures import Figure
from bench.portals import Portal


def main() -> int:
    arguments = parsed()
    decide = verdict.figure()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as served:
        both = portals.both(Path(folder))
        for size in arguments.sizes:
            tokens = portals.fill(both, size)
            if size == arguments.sizes[0]:
                for portal in both.values():
                    served.enter_context(portal.served())
            found += measured(both, tokens, size, arguments.repetitions)
    print(report.table(found))
    print(report.summary(found, decide))
    if arguments.json:
        report.write_json(arguments.json, found, decide, arguments.repetitions)
    kept = figures.steady(found) and all(figure.sparing for figure in found)
    return 0 if kept and decide.fast else 1


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=100, help="of each request")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 2000], help="of the catalogue")
    parser.add_argument("--json", type=Path, help="a file to write the figures to")
    return parser.parse_args()


def measured(
    both: dict[str, Portal], tokens: dict[str, str], size: int, repetitions: int
) -> list[Figure]:
    """Every case in a catalogue of this size."""
    anyone = {name: load.visitor(portal, None) for name, portal in both.items()}
    editors = {name: load.visitor(portal, tokens[name]) for name, portal in both.items()}
    changed = {
        name: editor.call("package_show", {"id": load.CHANGED}).json()["result"]
        for name, editor in editors.items()
    }
    found = []
    for case in load.cases(changed):
        visitors = anyone if case.user == load.ANONYMOUS else editors
        found.append(figures.figure(case, size, load.measure(case, visitors, size, repetitions)))
        print(report.table(found[-1:]).splitlines()[1], file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())

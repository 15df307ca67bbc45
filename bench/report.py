"""The figures as a table, and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.figures import BOUNDS, DECIDE_BOUND, Decide, Figure, steady

HEAD = ("datasets", "request", "user", "stock ms", "isp ms", "ratio", "95 %", "bound", "", "SQL")


def table(figures: Sequence[Figure]) -> str:
    rows = [HEAD, *(row(figure) for figure in figures)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    )


def row(figure: Figure) -> tuple[str, ...]:
    return (
        str(figure.size),
        figure.action,
        figure.user,
        f"{figure.stock:.1f}",
        f"{figure.isp:.1f}",
        f"{figure.ratio:.3f}",
        f"{figure.low:.3f}-{figure.high:.3f}",
        f"{BOUNDS[figure.action].ratio:.2f}",
        mark(figure.fast),
        f"{figure.stock_queries} -> {figure.isp_queries} {'' if figure.sparing else mark(False)}",
    )


def summary(figures: Sequence[Figure], decide: Decide) -> str:
    return (
        f"{mark(steady(figures))} as many SQL queries in every catalogue\n"
        f"{mark(decide.fast)} decide: {decide.seen:.1f} µs, of answers never given before "
        f"{decide.unseen:.1f} µs; both to be under {DECIDE_BOUND:.0f}"
    )


def write_json(path: Path, figures: Sequence[Figure], decide: Decide, times: int) -> None:
    content = {
        "machine": machine(),
        "repetitions": times,
        "figures": [figure.as_json() for figure in figures],
        "steady": steady(figures),
        "decide_microseconds": {**asdict(decide), "fast": decide.fast},
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


def machine() -> str:
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def mark(good: bool) -> str:
    return "PASS" if good else "FAIL"

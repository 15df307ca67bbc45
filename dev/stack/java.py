"""A Java that can run Solr."""

from __future__ import annotations

import functools
import os
import re
import shutil
from pathlib import Path

from dev.stack.processes import output_of

OLDEST = 17


@functools.cache
def found() -> tuple[Path, int] | None:
    """The first one that is new enough, else the newest, with its major version."""
    versions = [(path, version(path)) for path in places()]
    fitting = [entry for entry in versions if entry[1] >= OLDEST and compiles(entry[0])]
    return fitting[0] if fitting else max(versions, key=lambda entry: entry[1], default=None)


def fits() -> bool:
    best = found()
    return best is not None and best[1] >= OLDEST and compiles(best[0])


def places() -> list[Path]:
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    first = [Path(home, "bin", "java")] if home else []
    second = [Path(on_path).resolve()] if on_path else []
    return [
        path
        for path in [*first, *second, *sorted(Path("/usr/lib/jvm").glob("*/bin/java"))]
        if path.exists()
    ]


@functools.cache
def version(java: Path) -> int:
    spoken = re.search(r'version "(?:1\.)?(\d+)', output_of([java, "-version"]))
    return int(spoken.group(1)) if spoken else 0


@functools.cache
def compiles(java: Path) -> bool:
    """Solr is started from a source file, which takes the compiler's module."""
    return "jdk.compiler" in output_of([java, "--list-modules"])

"""Imports run one way: from CKAN inwards to the protocol."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "ckanext" / "isp"
ORDER = (
    ("plugin",),
    ("views", "cli"),
    ("doctor",),
    ("implementations", "helpers"),
    ("logic",),
    ("jobs",),
    ("post",),
    ("portal",),
    ("gate", "notify", "wording", "errors"),
    ("services",),
    ("model", "config", "store"),
    ("documents",),
    ("policy",),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
STANDARD = {"__future__", "collections", "dataclasses", "datetime", "enum", "typing"}
# what anybody can compute the chain of the record with
STANDARD |= {"hashlib", "json"}


def sources(folder: str = "") -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migration" not in path.parts]


def part(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, those of the project as ``.part``."""
    depth = len(path.relative_to(ROOT).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (f".{name}" for name in names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def test_imports_run_one_way() -> None:
    for path in sources():
        for name in imported(path):
            assert not name.startswith("ckanext.isp"), f"{path}: relative imports inside"
            if name.startswith(".") and part(path) != "__init__":
                target = name[1:].split(".")[0]
                assert RANK[target] >= RANK[part(path)], f"{path} imports {name}"


def test_the_core_knows_nothing_but_the_standard_library() -> None:
    for path in sources("policy"):
        foreign = {n for n in imported(path) if n.split(".")[0] not in STANDARD and n[:1] != "."}
        assert not foreign, f"{path} imports {foreign}"


def test_only_actions_and_their_doors_commit() -> None:
    for path in sources("services") + sources("model"):
        assert ".commit(" not in path.read_text(), path

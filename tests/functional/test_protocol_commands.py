"""A focal point and an administrator change protocols from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.cli.cli import ckan as ckan_command
from ckan.tests import factories
from conftest import Dataset
from test_protocols import ANSWERS, answer, keys_in_force, level, stored, text, water

Run = Callable[..., Any]


@pytest.fixture
def run(cli: Any) -> Run:
    def run(*arguments: Any, code: int = 0) -> str:
        told = [str(argument) for argument in arguments]
        result = cli.invoke(ckan_command, ["isp", "protocol", *told])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(**told: Any) -> Path:
        path = tmp_path / f"{told.get('version', '1')}.yaml"
        path.write_text(text(**told))
        return path

    return write


def test_a_protocol_is_loaded_activated_and_undone_from_the_terminal(
    run: Run, file: Any, dataset: Dataset, sysadmin: Any
) -> None:
    made = dataset(sensitivity="low")
    answer(made["id"], "low", ANSWERS)
    other = factories.Sysadmin()
    path = file(rows=water("high"))
    assert "1 would tighten" in run("simulate", path)
    assert "kept as 1" in run("load", path, "--user", sysadmin["name"])
    why = ("--reason", "Endorsed", "--user", sysadmin["name"])
    assert "Nothing was proposed" in run("activate", 1, *why, "--dry-run")
    assert "decide 1" in run("activate", 1, *why)
    decide = ("decide", 1, "--approve", "--yes", "--user")
    assert "Somebody else" in run(*decide, sysadmin["name"], code=1)
    assert "Nothing was changed" in run(*decide, other["name"], "--dry-run")
    assert stored(made) == ("low", "open")
    assert "1 datasets tightened" in run(*decide, other["name"])
    assert stored(made) == ("high", "members")
    listed = run("proposals")
    assert "1 wait" not in listed
    assert sysadmin["name"] in listed
    assert other["name"] in listed
    assert "1 given back" in run("undo", 1, *why)
    run("decide", 2, "--approve", "--yes", "--user", other["name"])
    assert stored(made) == ("low", "open")
    assert keys_in_force() == ["iasc-template 2021"]


def test_what_is_wrong_with_a_file_is_told_with_its_line(
    run: Run, file: Any, sysadmin: Any, tmp_path: Path
) -> None:
    bad = file(rows=water("sever"))
    problems = json.loads(run("validate", bad, "--format", "json", code=1))
    line = bad.read_text().splitlines().index("  level: sever") + 1
    assert [(one["line"], one["fatal"]) for one in problems] == [(line, True)]
    assert str(line) in run("load", bad, "--user", sysadmin["name"], code=1)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(text().encode().replace(b"Water", b"\xe9au"))
    assert "not_utf8" in run("validate", latin, code=1)


def test_protocols_are_listed_shown_compared_and_given(
    run: Run, file: Any, sysadmin: Any, tmp_path: Path
) -> None:
    for path in (
        file(),
        file(version="2", rows=water("high"), levels=level("low", storage="none")),
    ):
        run("load", path, "--user", sysadmin["name"])
    assert "3 versions, 1 in force" in run("list")
    assert [one["version"] for one in json.loads(run("list", "--format", "json"))] == [
        "2021", "2", "1",
    ]  # fmt: skip
    assert "1 rows, not in force" in run("show", 2)
    told = json.loads(run("compare", 1, 2, "--format", "json"))
    assert [pair["change"] for pair in told["rows"]] == ["changed"]
    assert "3 differences" in run("compare", 1, 2)
    run("export", "afg", "--output", tmp_path / "given.yaml")
    assert (tmp_path / "given.yaml").read_text() == (tmp_path / "2.yaml").read_text()
    assert "no such protocol" in run("show", 77, code=1)


def test_somebody_who_may_not_is_told_so(run: Run, file: Any, editor: Any) -> None:
    assert "may not" in run("load", file(), "--user", editor["name"], code=1)
    assert "no user" in run("load", file(), "--user", "nobody", code=2)
    assert tk.get_action("isp_protocol_list")({"user": ""}, {})[1:] == []

"""Two versions of a protocol, row by row."""

from __future__ import annotations

from typing import Any

import yaml

from ckanext.isp.documents.compare import compare
from ckanext.isp.documents.compile import Document, load

LEVELS = [{"key": key, "as": key} for key in ("low", "moderate", "high", "severe")]


def document(*rows: dict[str, Any], **told: Any) -> Document:
    usual = {
        "isp": 1,
        "key": "p",
        "title": "A protocol",
        "version": "1",
        "status": "draft",
        "languages": ["en"],
        "scope": {"kind": "portal"},
        "levels": LEVELS,
        "rows": list(rows),
    }
    return load(yaml.safe_dump({**usual, **told}, sort_keys=False).encode())


def row(type: str, level: str, words: str = "Words", **told: Any) -> dict[str, Any]:
    return {"type": type, "level": level, "words": words, **told}


def changes(before: Document, after: Document) -> list[str]:
    return [pair["change"] for pair in compare(before, after)["rows"]]


def test_a_row_that_moved_is_the_same_row() -> None:
    one, two = row("cod", "low"), row("contacts", "high")
    assert changes(document(one, two), document(two, one)) == ["same", "same"]


def test_a_row_of_another_level_changed() -> None:
    assert changes(document(row("cod", "low")), document(row("cod", "high"))) == ["changed"]


def test_a_row_with_other_conditions_and_the_same_words_changed() -> None:
    before = document(row("cod", "low", "By district", when={"granularity": "adm2"}))
    after = document(row("cod", "low", "By district", when={"granularity": "adm3"}))
    assert changes(before, after) == ["changed"]


def test_rows_that_have_nothing_in_common_were_added_and_removed() -> None:
    before, after = document(row("cod", "low", "a")), document(row("contacts", "high", "b"))
    assert changes(before, after) == ["added", "removed"]


def test_two_rows_alike_are_two_rows() -> None:
    twice = [row("cod", "low"), row("cod", "low")]
    assert changes(document(*twice), document(*twice)) == ["same", "same"]
    assert changes(document(*twice), document(twice[0])) == ["same", "removed"]
    assert changes(document(twice[0]), document(*twice)) == ["same", "added"]


def test_levels_and_all_other_keys_are_told() -> None:
    hidden = [
        {**one, **({"discoverable": False} if one["key"] == "high" else {})} for one in LEVELS
    ]
    told = compare(document(), document(levels=hidden, version="2", notes=["New"]))
    assert [pair["change"] for pair in told["levels"]] == ["same", "same", "changed", "same"]
    assert told["levels"][2]["after"]["exposures"] == ["members"]
    assert [(one["key"], one["change"]) for one in told["other"]] == [
        ("version", "changed"),
        ("notes", "added"),
    ]

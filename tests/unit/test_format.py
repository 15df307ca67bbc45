"""The reference of the format names every key, and prints the vocabulary. Run it to print anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ckanext.isp.documents import check, source
from ckanext.isp.documents.compile import load
from ckanext.isp.documents.lint import doubts
from ckanext.isp.documents.problems import Doubt
from ckanext.isp.documents.vocabulary import shared
from ckanext.isp.policy.scale import Level

DOCS = Path(__file__).resolve().parents[2] / "docs"
FORMAT = DOCS / "protocols" / "format.md"
BEGIN, END = "<!-- printed by tests/unit/test_format.py -->\n", "<!-- end -->\n"
GUIDES = ("focal-point.md", "point-focal.fr.md")
BLOCK = re.compile(r"^```yaml\n(isp: 1\n.*?)^```$", re.MULTILINE | re.DOTALL)


def keys(schema: Any) -> Iterator[str]:
    """Every key that a document can hold."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys(inner)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def vocabulary() -> str:
    """Types, questions, methods and minimums, as tables."""
    words = shared()
    asked = (
        (f"`{q.fact}`", q.ask["en"], q.ask["fr"], ", ".join(f"`{key}`" for key in answers(q)))
        for q in words.questions.values()
    )
    least = (
        (spelt(minimum["when"]), f"`{minimum['level']}`", minimum["words"]["en"])
        for minimum in words.minimums
    )
    kinds = ((f"`{t.key}`", t.name["en"], t.name["fr"]) for t in words.types.values())
    ways = (
        (f"`{key}`", of["name"]["en"], of["name"]["fr"], f"`{of['behaviour']}`")
        for key, of in words.methods.items()
    )
    return "\n".join(
        (
            "**Types**\n",
            table(("key", "English", "French"), kinds),
            "**Questions** (`none` closes a question where no answer fits)\n",
            table(("fact", "English", "French", "answers"), asked),
            "**Methods**\n",
            table(("key", "English", "French", "behaviour"), ways),
            "**Minimums**\n",
            table(("declared", "at least", "which is"), least),
        )
    )


def answers(question: Any) -> list[str]:
    return [*question.answers, *(["none"] if question.none else [])]


def spelt(when: Mapping[str, str]) -> str:
    return ", ".join(f"`{fact}: {value}`" for fact, value in when.items())


def printed() -> str:
    return FORMAT.read_text().partition(BEGIN)[2].partition(END)[0]


def test_the_reference_names_every_key_of_the_format() -> None:
    text = FORMAT.read_text().partition(BEGIN)[0]
    named = set(re.findall(r"[a-z_]+", text))
    assert set(keys(check.schema())) - named == set()


def test_the_reference_prints_the_vocabulary_as_it_is() -> None:
    assert printed() == f"\n{vocabulary()}\n"


def blocks(name: str) -> list[str]:
    return BLOCK.findall((DOCS / name).read_text())


@pytest.mark.parametrize("name", ["protocols/format.md", *(f"guides/{name}" for name in GUIDES)])
def test_every_whole_document_of_the_pages_loads(name: str) -> None:
    assert blocks(name)
    for text in blocks(name):
        assert load(text.encode()).protocol.rows


def test_the_guides_walk_through_the_same_protocol_in_both_languages() -> None:
    english, french = (load(blocks(f"guides/{name}")[-1].encode()) for name in GUIDES)
    assert english.languages == ("en",)
    assert french.languages == ("fr",)
    for one, other in zip(english.protocol.rows, french.protocol.rows, strict=True):
        assert (one.type, one.rank, one.when, one.unless) == (
            *(other.type, other.rank, other.when, other.unless),
        )
    assert {rule.level for rule in english.protocol.levels} == set(Level)


def test_the_protocol_of_the_guide_leaves_nothing_odd_but_what_the_guide_says() -> None:
    read = source.read(blocks("guides/focal-point.md")[-1].encode())
    from ckanext.isp.documents.compile import compile

    assert {doubt.code for doubt in doubts(compile(read), read)} <= {Doubt.GAP, Doubt.OVERLAP}


if __name__ == "__main__":
    before, _begin, rest = FORMAT.read_text().partition(BEGIN)
    FORMAT.write_text(f"{before}{BEGIN}\n{vocabulary()}\n{END}{rest.partition(END)[2]}")

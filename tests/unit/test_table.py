"""Rules as OCHA keeps them come in as drafts, and go out from any protocol."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.isp.documents import library, sheet, table, write
from ckanext.isp.documents.compile import Document, load
from ckanext.isp.documents.draft import Draft, drafts
from ckanext.isp.documents.problems import Doubt, Fault, Refused
from ckanext.isp.documents.table import COLUMNS, Rule
from ckanext.isp.policy.answers import Condition
from ckanext.isp.policy.scale import Level

NAMES = (*library.examples(), "template")


def named(name: str) -> Document:
    return library.template() if name == "template" else library.example(name)


def rule(**given: str) -> Rule:
    usual = Rule("AFG", "3W by district", "operational_presence", "ADM2", "Low", "")
    return usual._replace(**given)


def draft(*rules: Rule) -> Draft:
    (one,) = drafts(table.to_csv(rules))
    return one


def row(**given: str) -> dict[str, Any]:
    (one,) = load(draft(rule(**given)).text.encode()).told["rows"]
    return one


def refused(data: bytes) -> tuple[Fault, ...]:
    with pytest.raises(Refused) as caught:
        drafts(data)
    return tuple(problem.code for problem in caught.value.problems)  # type: ignore[misc]


def conditions(of: tuple[Condition, ...], key: str) -> frozenset[Any]:
    """Conditions without the prefix of the protocol that asks."""
    return frozenset(
        (
            c.fact.removeprefix(f"{key}."),
            frozenset(value.removeprefix(f"{key}.") for value in c.values),
            c.every,
            c.negated,
        )
        for c in of
    )


def asked(document: Document) -> set[Any]:
    """All that the rows of a table ask of data, as far as rules can say it."""
    protocol, language = document.protocol, document.languages[0]
    return {
        (
            row.number,
            row.type,
            protocol.levels[row.rank].level,
            row.words.get("en", row.words[language]),
            conditions(row.when, protocol.key),
            frozenset(conditions(group, protocol.key) for group in row.unless),
            row.otherwise,
            row.undecided,
            row.without,
            len(row.audience),
            len(row.needs),
            bool(row.treatment),
            bool(row.note),
        )
        for row in protocol.rows
        if row.number
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_document_that_is_written_and_read_again_is_the_same(name: str) -> None:
    document = named(name)
    again = load(write.to_yaml(document).encode())
    assert again.told == document.told
    assert again.protocol == document.protocol


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_whatever_words_a_document_holds_they_are_read_back(words: list[str]) -> None:
    notes = [*words, *(f"{word}\n {word}" for word in words)]
    told = {**library.example("un-sgb-2007-6").told, "notes": notes}
    assert load(write.written(told).encode()).told == told


@pytest.mark.parametrize("to_file", [table.to_csv, table.to_xlsx])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "un-sgb-2007-6"])
def test_the_rules_of_a_protocol_come_back_as_they_went_out(
    name: str, to_file: Callable[[list[Rule]], bytes]
) -> None:
    document = named(name)
    rules = table.export(document, "en")
    assert table.rules(to_file(rules)) == rules
    (one,) = drafts(to_file(rules))
    assert asked(load(one.text.encode())) == asked(document)


def test_the_columns_are_those_of_ocha() -> None:
    (head, *_rows) = csv.reader(io.StringIO(table.to_csv([rule()]).decode("utf-8-sig")))
    assert head == [
        "Country",
        "Data/Information Type",
        "Category",
        "Lowest Disaggregation",
        "Sensitivity (Level)",
        "Rule Interpretation Instructions",
    ]
    assert tuple(head) == COLUMNS


def test_a_table_becomes_a_draft_that_loads() -> None:
    document = load(draft(rule(), rule(type="Lists", category="beneficiaries")).text.encode())
    assert document.protocol.status.value == "draft"
    assert document.protocol.scope.places == {"AFG"}
    assert [r.type for r in document.protocol.rows] == ["operational_presence", "beneficiaries"]


def test_every_country_of_a_table_becomes_a_draft_of_its_own() -> None:
    made = drafts(table.to_csv([rule(), rule(country="SOM"), rule(type="4W")]))
    assert [(one.country, one.text.count("level:")) for one in made] == [("AFG", 2), ("SOM", 1)]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("medium", Level.MODERATE),
        ("Moderate", Level.MODERATE),
        ("LOW", Level.LOW),
        ("Low or No Sensitivity", Level.LOW),
        ("High Sensitivity", Level.HIGH),
        ("Sévère", Level.SEVERE),
        ("Sensibilité: Élevée", Level.HIGH),
        ("Modérée", Level.MODERATE),
    ],
)
def test_levels_are_read_as_people_write_them(word: str, level: Level) -> None:
    assert row(level=word)["level"] == level.slug
    assert draft(rule(level=word)).doubts == ()


def test_a_level_that_nobody_can_read_is_severe_and_told() -> None:
    made = draft(rule(level="amber"))
    assert load(made.text.encode()).told["rows"][0]["level"] == "severe"
    (doubt,) = made.doubts
    assert (doubt.code, doubt.values["column"], doubt.values["value"]) == (
        Doubt.UNCERTAIN,
        "level",
        "amber",
    )
    assert (doubt.values["meant"], doubt.values["rows"]) == ("severe", [1])


@pytest.mark.parametrize(
    ("text", "granularity"),
    [
        ("ADM2", "adm2"),
        ("Admin 3 or lower", "adm3 or finer"),
        ("adm 1, adm 2", ["adm1", "adm2"]),
        ("National", "national"),
        ("household", "household"),
        ("Household level", "household"),
        ("adm2 or coarser", "adm2 or coarser"),
    ],
)
def test_disaggregation_is_read_as_people_write_it(text: str, granularity: Any) -> None:
    assert row(disaggregation=text)["when"] == {"granularity": granularity}


def test_a_place_of_its_own_is_kept_with_what_it_is() -> None:
    document = load(draft(rule(disaggregation="Raion (ADM2)")).text.encode())
    assert document.told["geography"] == {"raion": "adm2"}
    assert document.protocol.rows[0].when[0].values == {"adm2"}


def test_a_place_that_nobody_knows_is_kept_and_told() -> None:
    made = draft(rule(disaggregation="Operational zone"))
    assert load(made.text.encode()).told["geography"] == {
        "operational_zone": {"name": "Operational zone"}
    }
    assert [doubt.values["column"] for doubt in made.doubts] == ["granularity"]


def test_no_disaggregation_asks_for_none() -> None:
    for text in ("", "N/A", "-"):
        assert "when" not in row(disaggregation=text)


def test_instructions_in_plain_words_become_a_note_and_a_doubt() -> None:
    text = "Check with the cluster lead: names may be sensitive."
    made = draft(rule(instructions=text))
    assert load(made.text.encode()).told["rows"][0]["note"] == text
    assert [doubt.values["column"] for doubt in made.doubts] == ["instructions"]


def test_instructions_that_look_like_conditions_and_are_none_become_a_note() -> None:
    text = "when: {treatment: sprinkled}\nexcept: 5"
    made = draft(rule(instructions=text), rule(instructions="when: {form: map}"))
    first, second = load(made.text.encode()).told["rows"]
    assert (first["note"], first["when"]) == (text, {"granularity": "adm2"})
    assert second["when"] == {"granularity": "adm2", "form": "map"}


def test_what_a_table_asks_that_nobody_else_does_becomes_a_question_and_a_doubt() -> None:
    made = draft(rule(instructions="when: {area: [held, lost]}"))
    question = load(made.text.encode()).told["questions"]["area"]
    assert set(question["answers"]) == {"held", "lost"}
    assert [doubt.values["column"] for doubt in made.doubts] == ["question"]


def test_a_type_that_nobody_knows_is_kept_under_its_own_name_and_told() -> None:
    made = draft(rule(category="Zoological gardens", type="Cages by town"))
    document = load(made.text.encode())
    assert document.types["zoological_gardens"].name == {"en": "Zoological gardens"}
    assert [doubt.values["column"] for doubt in made.doubts] == ["type"]


def test_a_country_by_name_is_left_open_and_told() -> None:
    made = draft(rule(country="Afghanistan"))
    assert load(made.text.encode()).protocol.scope.places == {"XXX"}
    assert [(d.values["column"], d.values["value"]) for d in made.doubts] == [
        ("country", "Afghanistan")
    ]


def test_heads_are_found_in_any_order_and_spelling() -> None:
    data = b"sensitivity (level);COUNTRY;Data / Information type\nmedium;AFG;3W\n"
    (one,) = drafts(data)
    assert load(one.text.encode()).told["rows"][0]["level"] == "moderate"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NOT_A_TABLE),
        (b"a,b\n1,2\n", Fault.NOT_A_TABLE),
        (b"Country,Data/Information Type\nAFG,3W\n", Fault.NOT_A_TABLE),
        ("type,level\nDonnées,low\n".encode("cp1252"), Fault.NOT_UTF8),
        (b"PK\x03\x04 and then nothing", Fault.NOT_A_TABLE),
        (b"x" * (sheet.MAX_BYTES + 1), Fault.TOO_LARGE),
        (b"type,level\n" + b"a,low\n" * (sheet.MAX_ROWS + 1), Fault.TOO_MANY),
        (b"type,level\n" + b"a" * (sheet.MAX_CELL + 1) + b",low\n", Fault.NOT_A_TABLE),
        (b"type,level\n" + b"," * (sheet.MAX_COLUMNS + 1) + b"\n", Fault.NOT_A_TABLE),
        (b'type,level\n"' + b"a" * 200_000 + b'",low\n', Fault.NOT_A_TABLE),
    ],
    ids=[
        "empty",
        "no heads",
        "no level",
        "cp1252",
        "no zip",
        "large",
        "rows",
        "cell",
        "columns",
        "csv",
    ],
)
def test_what_is_no_table_is_refused(data: bytes, fault: Fault) -> None:
    assert refused(data) == (fault,)


def test_the_columns_that_are_lacking_are_named() -> None:
    with pytest.raises(Refused) as caught:
        drafts(b"Country,Data/Information Type\nAFG,3W\n")
    assert caught.value.problems[0].values["value"] == "Sensitivity (Level)"


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def test_a_sheet_that_unpacks_beyond_bounds_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(sheet=b" " * (sheet.MAX_UNZIPPED + 1))
    assert len(bomb) < sheet.MAX_BYTES
    assert refused(bomb) == (Fault.TOO_LARGE,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_sheet_with_entities_is_refused(encoding: str) -> None:
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'.encode(encoding)
    assert refused(archive(sheet=evil)) == (Fault.NOT_A_TABLE,)


def test_a_sheet_with_one_cell_far_down_is_read_within_bounds() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["type", "level"])
    book.active["A1048576"] = "far"
    file = io.BytesIO()
    book.save(file)
    assert drafts(file.getvalue()) == []


def test_a_sheet_reads_numbers_and_empty_cells_as_texts() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (["type", "level", "category"], [2026, "low", None], [None, None, None]):
        book.active.append(cells)
    file = io.BytesIO()
    book.save(file)
    assert table.rules(file.getvalue()) == [Rule("", "2026", "", "", "low", "")]


@pytest.mark.parametrize("to_file", [table.to_csv, table.to_xlsx])
@pytest.mark.parametrize("text", ["=1+1", "+A1", "-2", "@x", "'=1", "'quoted"])
def test_no_cell_is_a_formula_for_who_opens_it(
    text: str, to_file: Callable[[list[Rule]], bytes]
) -> None:
    data = to_file([rule(type=text)])
    assert table.rules(data) == [rule(type=text)]
    if to_file is table.to_xlsx:
        sheet_of = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        assert "f" not in {cell.data_type for row in sheet_of for cell in row}
    else:
        assert not data.decode("utf-8-sig").splitlines()[1].startswith(f"AFG,{text}")


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)


@given(st.lists(st.builds(Rule, *[CELLS] * 6), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_table_becomes_drafts_that_load(rules: list[Rule]) -> None:
    for one in drafts(table.to_csv(rules)):
        assert load(one.text.encode()).protocol.status.value == "draft"

"""A document that is odd loads, and says what is odd, where, and in which rows."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from ckanext.isp.documents import lint, source
from ckanext.isp.documents.compile import compile
from ckanext.isp.documents.problems import Doubt, Problem

HEAD = """isp: 1
key: own
title: A protocol
version: 1
languages: [en]
status: endorsed
scope: {kind: portal}
endorsed_by: [HCT]
contacts: [{name: Focal point, email: focal@example.org}]
reviews: {classification: {months: 6}, protocol: {months: 12}}
"""
LEVELS = """levels:
  - {key: low, as: low}
  - {key: moderate, as: moderate}
  - {key: high, as: high}
  - {key: severe, as: severe}
"""
ROWS = """rows:
  - {level: low, type: cod, words: Common datasets}
"""


def doubts(text: str) -> list[Problem]:
    read = source.read(text.encode())
    return lint.doubts(compile(read), read)


def codes(text: str) -> set[Doubt]:
    return {doubt.code for doubt in doubts(text)}  # type: ignore[misc]


def only(text: str, code: Doubt) -> Problem:
    (found,) = [doubt for doubt in doubts(text) if doubt.code is code]
    return found


def rows(*written: str) -> str:
    lines = "".join(f"  - {{{row}}}\n" for row in written)
    return f"{HEAD}{LEVELS}rows:\n{lines}"


def test_a_document_in_order_has_no_doubts() -> None:
    assert doubts(HEAD + LEVELS + ROWS) == []


@pytest.mark.parametrize(
    ("line", "code", "clock"),
    [
        ("contacts: [{name: Focal point, email: focal@example.org}]\n", Doubt.NO_CONTACT, None),
        ("endorsed_by: [HCT]\n", Doubt.NO_ENDORSEMENT, None),
        ("classification: {months: 6}, ", Doubt.NO_REVIEW, "classification"),
        (", protocol: {months: 12}", Doubt.NO_REVIEW, "protocol"),
        ("  - {key: low, as: low}\n", Doubt.NO_PUBLIC_LEVEL, None),
    ],
)
def test_what_is_left_out_is_told(line: str, code: Doubt, clock: str | None) -> None:
    text = (HEAD + LEVELS + ROWS).replace("level: low", "level: high")
    assert line in text
    assert code not in codes(text)
    assert only(text.replace(line, ""), code).values.get("clock") == clock


def test_levels_without_a_table_are_told() -> None:
    assert only(HEAD + LEVELS, Doubt.NO_TYPES).line == 11


def test_a_listed_document_without_levels_is_told() -> None:
    assert codes(HEAD.replace("endorsed\n", "listed\n", 1)) == {Doubt.NO_LEVELS}


def test_two_rows_that_ask_the_same_at_two_levels_are_told_with_both_numbers() -> None:
    text = rows(
        "level: high, type: access, words: A, when: {granularity: adm2}",
        "level: severe, type: access, words: B, when: {granularity: [adm2]}",
    )
    found = only(text, Doubt.TWO_LEVELS)
    assert (found.line, found.values["rows"]) == (18, [1, 2])
    assert (found.values["type"], found.values["levels"]) == ("access", ["high", "severe"])


def test_ranges_that_overlap_are_told_and_ranges_side_by_side_are_not() -> None:
    wide = "level: moderate, type: access, words: A, when: {granularity: adm2 or finer}"
    finer = "level: high, type: access, words: B, when: {granularity: adm3 or finer}"
    coarser = "level: high, type: access, words: B, when: {granularity: adm1 or coarser}"
    assert only(rows(wide, finer), Doubt.OVERLAP).values["rows"] == [1, 2]
    assert Doubt.OVERLAP not in codes(rows(wide, coarser))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("when: {sector: health}", "when: {sector: {not: health}}", False),
        ("when: {sector: health}", "when: {sector: wash}", True),
        ("when: {sector: {all: [health, wash]}}", "when: {sector: {not: health}}", False),
        ("when: {form: map}", "when: {form: report}", False),
        ("when: {form: map}", "except: {form: map}", False),
        ("when: {form: map}", "except: {form: map, consent: true}", True),
        ("when: {personal_data: none}", "when: {personal_data: aid_workers}", False),
        ("when: {place: AFG}", "when: {place: SOM}", True),
        ("when: {treatment: {not: anonymised}}", "when: {treatment: aggregated}", True),
        ("otherwise: true", "when: {form: map}", False),
    ],
)
def test_conditions_overlap_where_one_answer_meets_both(
    one: str, other: str, overlap: bool
) -> None:
    text = rows(
        f"level: high, type: access, words: A, {one}",
        f"level: low, type: access, words: B, {other}",
    )
    assert (Doubt.OVERLAP in codes(text)) is overlap


def test_a_row_written_twice_is_told_and_two_rows_of_one_level_are_not() -> None:
    text = rows(
        "level: low, type: information_products, words: Situation reports",
        "level: low, type: information_products, words: Snapshots",
        "level: low, type: information_products, words: 'Situation  reports.'",
    )
    assert only(text, Doubt.DUPLICATE_ROW).values["rows"] == [1, 3]


def test_a_row_for_several_types_is_told_once_beside_another() -> None:
    text = rows(
        "level: high, type: [access, attacks], words: A",
        "level: low, type: [access, attacks], words: B",
    )
    assert only(text, Doubt.TWO_LEVELS).values["rows"] == [1, 2]


def test_steps_of_detail_that_a_type_leaves_out_are_told_with_the_level_that_counts() -> None:
    text = rows(
        "level: low, type: access, words: A, when: {granularity: national}",
        "level: high, type: access, words: B, when: {granularity: adm2 or finer}",
    )
    found = only(text, Doubt.GAP)
    assert (found.values["value"], found.values["level"]) == (["adm1"], "high")
    assert Doubt.GAP not in codes(rows("level: low, type: access, words: A"))


@pytest.mark.parametrize(
    "left",
    [
        "for x, y and z clusters",
        "province level - TBD",
        "at XX level",
        "données [...]",
        "clusters x, y et z",
        "niveau à préciser",
        "to be confirmed",
        "[ ]",
    ],
)
def test_what_was_left_to_fill_in_is_told_with_its_row(left: str) -> None:
    found = only(rows(f"level: low, type: access, words: '3W {left}'"), Doubt.PLACEHOLDER)
    assert (found.line, found.values["rows"]) == (17, [1])


@pytest.mark.parametrize(
    "words", ["HDX [via HDX Connect]", "XML files", "Age and sex", "x-ray units", "Phase 2 and 3"]
)
def test_whole_texts_are_no_placeholders(words: str) -> None:
    text = rows(f"level: low, type: access, words: '{words}'")
    assert Doubt.PLACEHOLDER not in codes(text)


def test_words_that_nobody_can_decide_are_told() -> None:
    text = rows("level: low, type: access, words: For some clusters, undecided: true")
    assert only(text, Doubt.UNCERTAIN).values["rows"] == [1]


def test_minimums_below_the_templates_are_told() -> None:
    looser = "minimums: [{level: high, when: {unprocessed_responses: true}}]\n"
    found = [d for d in doubts(HEAD + LEVELS + ROWS + looser) if d.line == 18]
    assert {d.code for d in found} == {Doubt.LOOSER_THAN_TEMPLATE}
    assert [d.values["level"] for d in found] == ["severe", "high", "moderate", "high", "severe"]


def test_a_row_that_answers_for_a_declaration_below_the_template_is_told() -> None:
    text = rows("level: low, type: contacts, words: A, when: {personal_data: aid_workers}")
    found = only(text, Doubt.LOOSER_THAN_TEMPLATE)
    assert (found.values["rows"], found.values["level"]) == ([1], "high")
    stricter = rows("level: severe, type: contacts, words: A, when: {personal_data: aid_workers}")
    assert Doubt.LOOSER_THAN_TEMPLATE not in codes(stricter)


def test_texts_that_one_of_the_languages_lacks_are_told() -> None:
    text = (HEAD + LEVELS + ROWS).replace("[en]", "[en, fr]")
    text = text.replace("A protocol", "{en: A protocol, fr: Un protocole}")
    text = text.replace("name: Focal point", "name: {fr: Point focal}")
    text += (
        "  - {level: low, type: access, words: {en: A, fr: A}, when: {treatment: {not: cleaned}}}\n"
    )
    found = {d.path: d.values["value"] for d in doubts(text) if d.code is Doubt.NOT_TRANSLATED}
    assert found == {("contacts", 0, "name"): ["en"], ("rows", 0, "words"): ["fr"]}


def test_a_protocol_that_only_advises_is_told_level_by_level() -> None:
    some = (HEAD + LEVELS + ROWS).replace("as: severe}", "as: severe, enforcement: advise}")
    assert only(some, Doubt.ADVISES_ONLY).values["level"] == "severe"
    every = HEAD + "enforcement: advise\n" + LEVELS + ROWS
    assert [d.code for d in doubts(every)].count(Doubt.ADVISES_ONLY) == 4


def table(name: str) -> set[tuple[Any, ...]]:
    data = (files("ckanext.isp") / f"schemas/protocols/examples/{name}.yaml").read_bytes()
    read = source.read(data)
    return {(d.code, tuple(d.values.get("rows", ()))) for d in lint.doubts(compile(read), read)}


def test_contradictory_tables_that_were_endorsed_load_with_doubts() -> None:
    assert (Doubt.OVERLAP, (17, 19)) in table("ssd-2023")  # FSNMS by county
    ukraine = table("ukr-2023")
    assert (Doubt.OVERLAP, (22, 42)) in ukraine  # 5W by settlement, Moderate and Severe
    assert (Doubt.OVERLAP, (16, 28)) in ukraine  # ADM2 or lower, ADM3 or lower
    assert (Doubt.PLACEHOLDER, (13,)) in table("moz")
    assert (Doubt.NO_TYPES, ()) in table("un-sgb-2007-6")
    assert (Doubt.NO_PUBLIC_LEVEL, ()) in table("gbvims-sample")
    assert (Doubt.LOOSER_THAN_TEMPLATE, ()) in table("ven")


def test_doubts_come_in_the_order_of_the_lines() -> None:
    text = rows(*(f"level: {level}, type: access, words: TBD {level}" for level in ("low", "high")))
    lines = [doubt.line for doubt in doubts(text)]
    assert lines == sorted(lines)


def test_a_table_in_which_all_rows_contradict_each_other_tells_the_first_few_hundred() -> None:
    levels = ("low", "moderate", "high", "severe")
    text = rows(*(f"level: {levels[n % 4]}, type: access, words: A{n}" for n in range(1500)))
    assert len(doubts(text)) == lint.MOST

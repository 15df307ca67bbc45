"""Whoever writes a protocol reads what is wrong with it in sentences."""

from __future__ import annotations

import re

import pytest

from ckanext.isp.documents import draft, source, table
from ckanext.isp.documents.compile import compile, load
from ckanext.isp.documents.lint import doubts
from ckanext.isp.documents.problems import Doubt, Fault, Problem, Refused
from ckanext.isp.wording import problems

VALUES = {
    "value": "vlaue",
    "meant": "value",
    "most": 7,
    "first": 3,
    "rows": [4, 5],
    "type": "access",
    "level": "high",
    "levels": ["low", "high"],
    "clock": "classification",
}
CODES: list[Fault | Doubt] = [*Fault, *Doubt]


def test_every_fault_and_doubt_has_a_sentence_and_no_other() -> None:
    assert set(problems.SENTENCES) == set(CODES)


def test_a_sentence_names_what_it_speaks_of() -> None:
    for code in CODES:
        told = problems.SENTENCES[code]()
        said = problems.problem(Problem(code, values=VALUES))
        assert set(re.findall(r"{(\w+)}", told)) <= set(VALUES), code
        assert "{" not in said, code
        assert said[-1] in ".?" or said.endswith("value"), code
        assert "vlaue" in said or "{value}" not in told, code


def refused(text: str) -> list[str]:
    with pytest.raises(Refused) as caught:
        load(text.encode())
    return [f"{problems.place(p)}: {problems.problem(p)}" for p in caught.value.problems]


HEAD = "isp: 1\nkey: own\ntitle: A\nversion: 1\nlanguages: [en]\nstatus: endorsed\n"
LEVELS = "levels:\n  - {key: low, as: low}\n  - {key: severe, as: severe}\n"


def test_a_misspelt_word_is_told_with_its_line_and_what_was_meant() -> None:
    text = HEAD + "scope: {kind: portal}\n" + LEVELS
    text += "rows:\n  - {level: sever, type: acess, words: A, when: {sector: healht}}\n"
    assert refused(text) == [
        "Line 12, column 6: This protocol has no level with the key “sever”. "
        "Did you mean “severe”?",
        "Line 12, column 20: “acess” is neither a type that all protocols share nor one under "
        "“types”. Did you mean “access”?",
        "Line 12, column 50: “healht” is no answer to this question. Did you mean “health”?",
    ]


def test_what_can_stand_somewhere_is_told_where_nothing_is_near() -> None:
    (said,) = refused(HEAD + "scope: {kind: galaxy}\n" + LEVELS)
    assert said == (
        "Line 7, column 9: “galaxy” cannot stand here. One of: portal, country, sub_country, "
        "sector, organisation, exercise, template."
    )


def test_a_doubt_names_rows_and_levels_and_the_type_in_words() -> None:
    text = HEAD + "scope: {kind: portal}\n" + LEVELS + "rows:\n"
    text += (
        "  - {level: low, type: access, words: A}\n  - {level: severe, type: access, words: B}\n"
    )
    read = source.read(text.encode())
    said = {doubt.code: problems.problem(doubt) for doubt in doubts(compile(read), read)}
    assert said[Doubt.TWO_LEVELS] == (
        "Rows 1, 2 ask the same of “Humanitarian access” and give different levels: low, severe. "
        "The higher counts."
    )


def test_what_a_table_did_not_say_clearly_is_told_with_what_was_taken_for_it() -> None:
    rule = table.Rule("AFG", "3W", "operational_presence", "", "amber", "")
    (one,) = draft.drafts(table.to_csv([rule]))
    assert [problems.problem(doubt) for doubt in one.doubts] == [
        "“amber” (Sensitivity) was not understood. “severe” was taken for it."
    ]

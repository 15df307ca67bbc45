"""A malformed document is refused whole: every problem at once, where it stands, what was meant.

Bounds are on what is read, never on seconds: what goes beyond is refused before it is built.
"""

from __future__ import annotations

import tracemalloc
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.isp.documents import check, reading, source
from ckanext.isp.documents.compile import MAX_ROWS, load
from ckanext.isp.documents.problems import Fault, Problem, Refused
from ckanext.isp.documents.write import written
from ckanext.isp.policy.protocol import Status
from ckanext.isp.policy.scale import Level

HEAD = """isp: 1
key: own
title: A protocol
version: 1
languages: [en]
status: endorsed
scope: {kind: portal}
"""
LEVELS = """levels:
  - {key: low, as: low}
  - {key: moderate, as: moderate}
  - {key: high, as: high}
  - {key: severe, as: severe}
"""
WHOLE = HEAD + LEVELS + "rows:\n  - {level: low, type: cod, words: Common datasets}\n"


def refused(text: str | bytes) -> tuple[Problem, ...]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(Refused) as caught:
        load(data)
    assert all(problem.fatal for problem in caught.value.problems)
    return caught.value.problems


def only(text: str | bytes) -> Problem:
    (problem,) = refused(text)
    return problem


def row(text: str) -> str:
    return f"{HEAD}{LEVELS}rows:\n  - {{level: low, type: cod, words: A, {text}}}\n"


def test_a_document_in_order_loads() -> None:
    protocol = load(WHOLE.encode()).protocol
    assert (protocol.key, protocol.version, protocol.status) == ("own", "1", Status.ENDORSED)
    assert [rule.level for rule in protocol.levels] == list(Level)


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = HEAD.replace("portal", "portel").replace("endorsed", "endorst") + "levls: []\nrows: x\n"
    told = [(p.code, p.line, p.column, p.values.get("meant")) for p in refused(text)]
    assert told == [
        (Fault.NOT_ONE_OF, 6, 1, "endorsed"),
        (Fault.NOT_ONE_OF, 7, 9, "portal"),
        (Fault.UNKNOWN_KEY, 8, 1, "levels"),
        (Fault.WRONG_TYPE, 9, 1, ["array"]),
    ]


def test_what_a_row_says_is_checked_beside_rows_that_are_malformed() -> None:
    rows = [
        "{level: hihg, type: cod, words: A}",
        "{level: low, type: cod, words: B, wehn: {}}",
        "{level: low, type: codd, words: C}",
    ]
    text = HEAD + LEVELS + "rows:\n" + "".join(f"  - {row}\n" for row in rows)
    told = [(p.code, p.line, p.values.get("meant")) for p in refused(text)]
    assert told == [
        (Fault.UNKNOWN_LEVEL, 14, "high"),
        (Fault.UNKNOWN_KEY, 15, "when"),
        (Fault.UNKNOWN_TYPE, 16, "cod"),
    ]


def test_a_capital_letter_is_told_with_the_small_one_that_was_meant() -> None:
    text = f"{HEAD}{LEVELS}rows:\n  - {{level: Low, type: COD, words: A, without: [HDX]}}\n"
    told = {(p.code, p.values["meant"]) for p in refused(text)}
    assert told == {
        (Fault.UNKNOWN_LEVEL, "low"),
        (Fault.UNKNOWN_TYPE, "cod"),
        (Fault.UNKNOWN_METHOD, "hdx"),
    }


@pytest.mark.parametrize(
    ("line", "example"),
    [
        ("contacts: [{email: nobody}]", "name@example.org"),
        ("reviews: {protocol: {months: yearly}}", "6"),
        ("reviews: {protocol: {months: 0}}", "1"),
        ("date: 27/11/2026", "2026-11"),
        ("in_force: {from: 2026-11}", "2026-11-27"),
    ],
)
def test_a_wrong_form_is_told_with_an_example(line: str, example: str) -> None:
    problem = only(f"{WHOLE}{line}\n")
    assert (problem.code, problem.values["meant"]) == (Fault.WRONG_FORM, example)


def test_every_name_that_means_nothing_is_told_with_the_one_that_was_meant() -> None:
    text = (
        HEAD
        + LEVELS.replace("as: low}", "as: low, methods: [relief_web]}")
        + """rows:
  - {level: lo, type: cods, words: A, when: {granularty: adm2}}
  - {level: high, type: access, words: B, when: {granularity: adm22}, without: [hdx_conect]}
  - {level: severe, type: any, words: C, except: {sector: healht}}
"""
    )
    told = [(p.code, p.line, p.values["value"], p.values["meant"]) for p in refused(text)]
    assert told == [
        (Fault.UNKNOWN_METHOD, 9, "relief_web", "reliefweb"),
        (Fault.UNKNOWN_LEVEL, 14, "lo", "low"),
        (Fault.UNKNOWN_TYPE, 14, "cods", "cod"),
        (Fault.UNKNOWN_FACT, 14, "granularty", "granularity"),
        (Fault.UNKNOWN_ANSWER, 15, "adm22", "adm2"),
        (Fault.UNKNOWN_METHOD, 15, "hdx_conect", "hdx_connect"),
        (Fault.UNKNOWN_ANSWER, 16, "healht", "health"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("key: own\n", "", Fault.MISSING_KEY, 1),
        ("key: own", "key: Own Key", Fault.WRONG_FORM, 2),
        ("key: own", 'key: "own\\n"', Fault.WRONG_FORM, 2),
        ("title: A protocol", "title: ''", Fault.EMPTY, 3),
        ("title: A protocol", "title: {}", Fault.EMPTY, 3),
        ("title: A protocol", "title: [A]", Fault.WRONG_TYPE, 3),
        ("languages: [en]", "languages: []", Fault.EMPTY, 5),
        ("languages: [en]", "languages: [English]", Fault.WRONG_FORM, 5),
        ("isp: 1", "isp: 2", Fault.NOT_ONE_OF, 1),
        ("title: A protocol", "title: {fr: Un protocole}", Fault.NO_WORDS, 3),
        ("{kind: portal}", "{kind: country}", Fault.PLACE_MISSING, 7),
        ("{kind: portal}", "{kind: country, places: [Afghanistan]}", Fault.WRONG_FORM, 7),
        ("status: endorsed", "status: endorsed\ndate: 2026-02-30", Fault.NOT_A_DATE, 7),
        ("status: endorsed", "status: endorsed\ndate: 2026-13", Fault.NOT_A_DATE, 7),
        ("status: endorsed", "status: endorsed\ndate: 27/11/2026", Fault.WRONG_FORM, 7),
        (
            "status: endorsed",
            "status: endorsed\nin_force: {from: 2026-02-02, until: 2026-02-01}",
            Fault.ENDS_BEFORE_IT_BEGINS,
            7,
        ),
        (
            "status: endorsed",
            "status: endorsed\nendorsed_by: [{name: HCT, date: 2026-99-01}]",
            Fault.NOT_A_DATE,
            7,
        ),
        (
            "status: endorsed",
            "status: endorsed\nreviews: {protocol: {months: none}}",
            Fault.REASON_MISSING,
            7,
        ),
        ("as: moderate}", "as: severe}", Fault.LEVELS_OUT_OF_ORDER, 11),
        ("key: moderate", "key: low", Fault.SAME_LEVEL_KEY, 10),
        (LEVELS, "", Fault.UNKNOWN_LEVEL, 9),
        ("as: moderate}", "as: moderate, exposure: {allows: [open]}}", Fault.WIDER_THAN_FLOOR, 10),
        ("as: severe}", "as: severe, storage: resource}", Fault.WIDER_THAN_FLOOR, 12),
        (
            "as: high}",
            "as: high, discoverable: false, exposure: {default: on_request}}",
            Fault.DEFAULT_NOT_ALLOWED,
            11,
        ),
        ("as: high}", "as: high, enforcement: block me}", Fault.NOT_ONE_OF, 11),
        ("words: Common datasets", "wrds: Common datasets", Fault.MISSING_KEY, 14),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(
    before: str, after: str, code: Fault, line: int
) -> None:
    assert WHOLE.count(before) == 1
    assert (code, line) in [(p.code, p.line) for p in refused(WHOLE.replace(before, after))]


def test_an_endorsed_protocol_without_levels_is_refused_and_a_listed_one_is_not() -> None:
    assert only(HEAD).code is Fault.LEVELS_MISSING
    assert load(HEAD.replace("endorsed", "listed").encode()).protocol.levels == ()


def test_a_month_is_a_date_and_dates_stay_the_text_that_was_written() -> None:
    document = load((WHOLE + "date: 2026-11\nin_force: {from: 2026-11-27}\n").encode())
    assert document.told["date"] == "2026-11"
    assert document.protocol.valid_from == date(2026, 11, 27)


def test_yes_and_no_in_conditions_are_answers_however_they_are_written() -> None:
    for said in ("true", "yes", "'yes'"):
        text = row(f"when: {{consent: {said}}}")
        (condition,) = load(text.encode()).protocol.rows[0].when
        assert condition.values == {"yes"}


def test_none_of_these_is_met_by_no_answer() -> None:
    (condition,) = load(row("when: {personal_data: none}").encode()).protocol.rows[0].when
    assert condition.met_by(frozenset()) is True
    assert condition.met_by(frozenset({"aid_workers"})) is False


def test_a_key_written_twice_is_told_with_the_first_line() -> None:
    problem = only(HEAD + "title: Another\n" + LEVELS)
    assert (problem.code, problem.line, problem.values) == (
        Fault.DUPLICATE_KEY,
        8,
        {"value": "title", "first": 3},
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: &x [1]\nb: *x\n", Fault.ALIAS, 1),
        ("a: &x\n  b: *x\n", Fault.ALIAS, 1),
        ("a: 1\nb: *nobody\n", Fault.ALIAS, 2),
        ("a: !!python/object/apply:os.system [ls]\n", Fault.TAG, 1),
        ("a: !!binary aGFsbG8=\n", Fault.TAG, 1),
        ("a: {b: [}\n", Fault.SYNTAX, 1),
        ("a: 1\n\tb: 2\n", Fault.SYNTAX, 2),
        ("a: 'open\n", Fault.SYNTAX, 2),
        ("? [a, b]\n: 1\n", Fault.BAD_KEY, 1),
        ("- a\n- b\n", Fault.WRONG_TYPE, 1),
        ("just words\n", Fault.WRONG_TYPE, 1),
        ("", Fault.WRONG_TYPE, 0),
        ("# nothing\n", Fault.WRONG_TYPE, 0),
        ("a: \x07\n", Fault.SYNTAX, 0),
    ],
)
def test_what_yaml_allows_and_a_protocol_does_not_is_told(
    text: str, code: Fault, line: int
) -> None:
    problem = refused(text)[0]
    assert (problem.code, problem.line) == (code, line)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "latin-1"])
def test_a_document_in_another_encoding_is_told_with_its_line(encoding: str) -> None:
    problem = only((HEAD + "notes: [à préciser]\n").encode(encoding))
    assert problem.code is Fault.NOT_UTF8
    assert problem.line in (1, 8)


def test_a_byte_order_mark_is_none_of_its_words() -> None:
    assert load(WHOLE.encode("utf-8-sig")).protocol.key == "own"


def peak(data: bytes) -> int:
    """The most memory, in bytes, that refusing a document took."""
    tracemalloc.start()
    try:
        refused(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_fifty_megabytes_are_refused_before_they_are_read() -> None:
    data = b"a: " + b"x" * 50_000_000
    assert only(data).code is Fault.TOO_LARGE
    assert peak(data) < 100_000


def test_a_bomb_of_aliases_is_refused_at_its_first() -> None:
    laughs = ["a: &a [ha, ha, ha]"]
    laughs += [f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    problem = only("\n".join(laughs))
    assert (problem.code, problem.line) == (Fault.ALIAS, 1)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_deep_nesting_is_refused_at_its_bound(text: str) -> None:
    problem = only(f"a:\n  {text}")
    assert problem.code is Fault.TOO_DEEP
    assert len(problem.path) == source.MAX_DEPTH + 1


def test_two_hundred_thousand_nodes_are_refused_at_the_bound() -> None:
    data = ("a: [" + "1, " * 200_000 + "1]").encode()
    problem = only(data)
    assert problem.code is Fault.TOO_MANY
    assert problem.path == ("a", source.MAX_NODES - len(("document", "a", "list")))
    assert peak(data) < 30_000_000


def test_ten_thousand_unknown_keys_tell_the_first_few_hundred() -> None:
    problems = refused(HEAD + "".join(f"k{n}: 1\n" for n in range(10_000)))
    assert len(problems) == check.MOST


def test_ten_thousand_names_that_mean_nothing_tell_the_first_few_hundred() -> None:
    line = "  - {level: lo, type: cod, words: A, without: [a, b, c, d, e]}\n"
    problems = refused(HEAD + LEVELS + "rows:\n" + line * 1_900)
    assert len(problems) == reading.MOST


def test_rows_are_bounded_however_many_types_and_alternatives_they_multiply() -> None:
    kinds = ", ".join(f"t.t{n}" for n in range(12))
    groups = ", ".join(["{form: map}"] * 12)
    types = "types: {" + ", ".join(f"t.t{n}: {{name: T}}" for n in range(12)) + "}\n"
    line = f"  - {{level: low, type: [{kinds}], words: A, when: [{groups}]}}\n"
    text = HEAD + LEVELS + types + "rows:\n" + line * 600
    assert [p.values["most"] for p in refused(text)] == [MAX_ROWS]


@pytest.mark.parametrize("many", ["t" * 13, "tt" * 40])
def test_lists_beyond_the_format_are_told_with_the_most_that_is_allowed(many: str) -> None:
    kinds = ", ".join(f"t.t{n}" for n in range(len(many)))
    problem = refused(f"{HEAD}{LEVELS}rows:\n  - {{level: low, type: [{kinds}], words: A}}\n")[0]
    assert (problem.code, problem.values["most"]) == (Fault.TOO_MANY, 12)


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        load(text.encode())
    except Refused as told:
        return told.problems
    return ()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
KEYS = sorted(check.schema()["properties"])


@given(st.sampled_from(KEYS), JUNK)
@settings(max_examples=100, deadline=None)
def test_any_value_at_any_key_is_loaded_or_refused_with_its_place(key: str, junk: Any) -> None:
    text = written({**source.read(WHOLE.encode()).value, key: junk})
    assert all(problem.line > 0 for problem in problems_of(text))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_loaded_or_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        load(data)

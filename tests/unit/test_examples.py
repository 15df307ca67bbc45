"""Real protocols are kept without loss: row by row, condition by condition."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ckanext.isp.documents import library
from ckanext.isp.documents.compile import Document
from ckanext.isp.policy.protocol import Row

# Rows of each level in the tables that were endorsed, least sensitive first.
ROWS = {
    "afg-2023": (5, 2, 3, 6),
    "cmr-nwsw-2021": (5, 8, 4, 6),
    "gbvims-sample": (1, 1),
    "hdx-default": (8, 6, 5, 6),
    "moz": (11, 4, 7, 5),
    "ner": (10, 7, 1, 4),
    "pak": (5, 1, 4, 2),
    "sample-ar": (2, 1, 1, 2),
    "som-2024": (15, 3, 5, 11),
    "ssd-2023": (12, 3, 2, 7),
    "ukr-2023": (15, 12, 11, 10),
    "un-sgb-2007-6": (0, 0, 0),
    "ven": (3, 5, 3, 2),
    "yem": (5, 3, 2, 2),
}

# What the rows of the tables say beside their type: protocol, level, the place of the row in that
# level, and what in our row keeps it: "fact=value" among its conditions, "fact!=value" among its
# exceptions or negated, or the key that holds it.
CONDITIONS = (
    ("afg-2023", "low", 1, "granularity=national"),
    ("afg-2023", "low", 2, "about_sea!=yes"),
    ("afg-2023", "low", 2, "granularity=adm1"),
    ("afg-2023", "low", 4, "granularity=adm1"),
    ("afg-2023", "low", 5, "granularity=adm2"),
    ("afg-2023", "low", 5, "raised_by_cluster!=yes"),
    ("afg-2023", "low", 5, "instead"),
    ("afg-2023", "moderate", 1, "granularity=adm2"),
    ("afg-2023", "moderate", 2, "about_sea!=yes"),
    ("afg-2023", "high", 1, "granularity=community"),
    ("afg-2023", "high", 2, "about_sea!=yes"),
    ("afg-2023", "severe", 1, "granularity=household"),
    ("afg-2023", "severe", 1, "granularity=individual"),
    ("afg-2023", "severe", 3, "about_sea=yes"),
    ("cmr-nwsw-2021", "moderate", 1, "granularity=adm3"),
    ("cmr-nwsw-2021", "moderate", 6, "treatment!=anonymised"),
    ("cmr-nwsw-2021", "moderate", 7, "treatment!=anonymised"),
    ("cmr-nwsw-2021", "moderate", 8, "author_class=moderate"),
    ("cmr-nwsw-2021", "high", 4, "author_class=high"),
    ("cmr-nwsw-2021", "severe", 2, "granularity=individual"),
    ("cmr-nwsw-2021", "severe", 5, "author_class=severe"),
    ("cmr-nwsw-2021", "severe", 6, "organisation_names=shown"),
    ("cmr-nwsw-2021", "severe", 6, "needs"),
    ("gbvims-sample", "aggregate", 1, "treatment=anonymised"),
    ("gbvims-sample", "aggregate", 1, "organisation_names=removed"),
    ("gbvims-sample", "survivor", 1, "granularity=individual"),
    ("hdx-default", "low", 3, "granularity=adm1"),
    ("hdx-default", "low", 5, "granularity=adm2"),
    ("hdx-default", "low", 7, "facility_consent=yes"),
    ("hdx-default", "moderate", 1, "granularity=adm3"),
    ("hdx-default", "moderate", 2, "personal_data!=affected_people"),
    ("hdx-default", "moderate", 6, "granularity=adm2"),
    ("hdx-default", "high", 1, "consent=no"),
    ("hdx-default", "high", 2, "granularity=household"),
    ("hdx-default", "high", 5, "granularity=site"),
    ("hdx-default", "severe", 2, "granularity=individual"),
    ("hdx-default", "severe", 4, "identifies=yes"),
    ("moz", "low", 9, "producer=cluster"),
    ("moz", "moderate", 1, "granularity=adm2"),
    ("moz", "moderate", 2, "undecided"),
    ("moz", "moderate", 2, "granularity=adm1"),
    ("moz", "moderate", 3, "organisation_names=removed"),
    ("moz", "moderate", 4, "organisation_names=removed"),
    ("moz", "moderate", 4, "undecided"),
    ("moz", "high", 5, "producer=ocha"),
    ("moz", "high", 5, "staff_numbers=yes"),
    ("moz", "high", 6, "granularity=site"),
    ("moz", "severe", 2, "organisation_names=shown"),
    ("moz", "severe", 4, "treatment!=aggregated"),
    ("ner", "severe", 1, "granularity=individual"),
    ("ner", "severe", 3, "form=map"),
    ("ner", "severe", 4, "form=map"),
    ("pak", "low", 2, "granularity=adm2"),
    ("pak", "low", 2, "government_consulted=yes"),
    ("pak", "low", 2, "needs"),
    ("pak", "low", 4, "granularity=adm4"),
    ("pak", "low", 4, "organisation_names=removed"),
    ("pak", "low", 4, "gbv_activities=no"),
    ("pak", "moderate", 1, "granularity=adm3"),
    ("pak", "high", 1, "treatment=identifiers_removed"),
    ("pak", "high", 2, "indirect_identifiers=yes"),
    ("pak", "high", 3, "granularity=community"),
    ("pak", "high", 4, "treatment=anonymised"),
    ("pak", "severe", 2, "granularity=adm4"),
    ("som-2024", "low", 3, "organisation_names!=shown"),
    ("som-2024", "low", 3, "granularity=adm2"),
    ("som-2024", "low", 5, "restricted_by_cluster!=yes"),
    ("som-2024", "low", 5, "instead"),
    ("som-2024", "low", 12, "granularity=adm1"),
    ("som-2024", "low", 15, "form=map"),
    ("som-2024", "moderate", 1, "granularity=som.operational_zone"),
    ("som-2024", "high", 2, "treatment=anonymised"),
    ("som-2024", "high", 2, "granularity=adm3"),
    ("som-2024", "high", 3, "form=report"),
    ("som-2024", "high", 4, "granularity=household"),
    ("som-2024", "high", 5, "treatment=anonymised"),
    ("som-2024", "severe", 1, "treatment!=anonymised"),
    ("som-2024", "severe", 1, "granularity=individual"),
    ("som-2024", "severe", 2, "treatment!=anonymised"),
    ("som-2024", "severe", 5, "treatment!=anonymised"),
    ("som-2024", "severe", 6, "treatment!=anonymised"),
    ("som-2024", "severe", 7, "form!=report"),
    ("ssd-2023", "low", 2, "granularity=adm2"),
    ("ssd-2023", "high", 1, "audience"),
    ("ssd-2023", "high", 1, "granularity=adm3"),
    ("ssd-2023", "severe", 1, "treatment=anonymised"),
    ("ssd-2023", "severe", 1, "granularity=household"),
    ("ssd-2023", "severe", 2, "treatment=anonymised"),
    ("ssd-2023", "severe", 7, "treatment=anonymised"),
    ("ssd-2023", "severe", 7, "could_identify=yes"),
    ("ukr-2023", "low", 8, "area!=military"),
    ("ukr-2023", "low", 8, "sector!=health"),
    ("ukr-2023", "low", 8, "sector=health"),
    ("ukr-2023", "low", 9, "area=military"),
    ("ukr-2023", "low", 9, "removal_asked!=yes"),
    ("ukr-2023", "low", 9, "organisation_names!=shown"),
    ("ukr-2023", "low", 9, "treatment"),
    ("ukr-2023", "low", 11, "area!=military"),
    ("ukr-2023", "low", 12, "consent=yes"),
    ("ukr-2023", "low", 13, "validated=yes"),
    ("ukr-2023", "low", 14, "crossings_official=yes"),
    ("ukr-2023", "low", 14, "needs"),
    ("ukr-2023", "moderate", 1, "without"),
    ("ukr-2023", "moderate", 2, "disaggregated=yes"),
    ("ukr-2023", "moderate", 6, "treatment=generalised"),
    ("ukr-2023", "moderate", 7, "area=government"),
    ("ukr-2023", "moderate", 7, "sector!=health"),
    ("ukr-2023", "moderate", 8, "area=military"),
    ("ukr-2023", "moderate", 8, "sector!=health"),
    ("ukr-2023", "moderate", 8, "removal_asked!=yes"),
    ("ukr-2023", "moderate", 8, "organisation_names!=shown"),
    ("ukr-2023", "moderate", 12, "area=military"),
    ("ukr-2023", "high", 1, "without"),
    ("ukr-2023", "high", 3, "area=military"),
    ("ukr-2023", "high", 3, "sector=health"),
    ("ukr-2023", "high", 3, "instead"),
    ("ukr-2023", "high", 6, "area=government"),
    ("ukr-2023", "high", 6, "sector=health"),
    ("ukr-2023", "high", 7, "area=military"),
    ("ukr-2023", "high", 7, "sector!=health"),
    ("ukr-2023", "high", 7, "removal_asked!=yes"),
    ("ukr-2023", "high", 7, "organisation_names!=shown"),
    ("ukr-2023", "high", 9, "consent=no"),
    ("ukr-2023", "severe", 1, "granularity=household"),
    ("ukr-2023", "severe", 4, "area=government"),
    ("ukr-2023", "severe", 4, "granularity=adm4"),
    ("ukr-2023", "severe", 5, "area=military"),
    ("ukr-2023", "severe", 5, "sector=health"),
    ("ven", "high", 1, "official_confidential=yes"),
    ("ven", "high", 2, "granularity=individual"),
    ("ven", "severe", 1, "sensitive_topic=yes"),
    ("yem", "low", 1, "treatment=anonymised"),
    ("yem", "low", 1, "granularity=national"),
    ("yem", "moderate", 1, "treatment=anonymised"),
    ("yem", "moderate", 1, "treatment"),
    ("yem", "moderate", 1, "granularity=adm2"),
    ("yem", "moderate", 3, "decided_by"),
    ("yem", "high", 1, "treatment=anonymised"),
    ("yem", "high", 1, "treatment"),
    ("yem", "high", 1, "granularity=household"),
)


def written(document: Document, level: str) -> list[tuple[int, Any]]:
    """The rows of a level with their numbers, as the document writes them."""
    rows = enumerate(document.told.get("rows", ()), start=1)
    return [(number, row) for number, row in rows if row["level"] == level]


def says(row: Row, key: str) -> set[str]:
    """What a row asks, as "fact=value" and "fact!=value", without the protocol's own prefix."""
    said = set()
    for negated, conditions in ((False, row.when), *((True, group) for group in row.unless)):
        for condition in conditions:
            sign = "!=" if condition.negated is not negated else "="
            name = condition.fact.removeprefix(f"{key}.")
            said |= {f"{name}{sign}{value}" for value in condition.values}
    return said


def test_every_example_is_counted_here() -> None:
    assert library.examples() == sorted(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_an_example_has_the_rows_of_the_real_table_level_by_level(name: str) -> None:
    document = library.example(name)
    found = Counter(row["level"] for row in document.told.get("rows", ()))
    assert tuple(found[rule.key] for rule in document.protocol.levels) == ROWS[name]


@pytest.mark.parametrize(("name", "level", "place", "kept"), CONDITIONS)
def test_what_a_real_row_says_beside_its_type_is_kept(
    name: str, level: str, place: int, kept: str
) -> None:
    document = library.example(name)
    number, told = written(document, level)[place - 1]
    of = [row for row in document.protocol.rows if row.number == number]
    said = set().union(*(says(row, document.protocol.key) for row in of)) | set(told)
    assert kept in said


@pytest.mark.parametrize("name", ROWS)
def test_every_row_as_written_becomes_a_row_of_the_table_with_its_words(name: str) -> None:
    document = library.example(name)
    for number, told in enumerate(document.told.get("rows", ()), start=1):
        of = [row for row in document.protocol.rows if row.number == number]
        assert {row.type for row in of} == set(document.kinds(told))
        assert all(row.words == document.words(told["words"]) for row in of)


def test_anonymised_mapping_of_vulnerable_groups_stays_severe_in_somalia() -> None:
    document = library.example("som-2024")
    rows = [row for row in document.protocol.rows if row.type == "population.vulnerable_groups"]
    assert [(row.rank, row.when) for row in rows] == [(3, ())]


def test_the_template_has_the_rows_of_the_templates_table() -> None:
    rows = Counter(row["level"] for row in library.template().told["rows"])
    assert [rows[level] for level in ("low", "moderate", "high", "severe")] == [4, 2, 3, 2]


def test_the_template_has_the_methods_of_each_level_in_both_languages() -> None:
    counts = [len(rule.methods) for rule in library.template().protocol.levels]
    assert counts == [4, 2, 3, 1]
    for rule in library.template().protocol.levels:
        assert all(set(method.name) == {"en", "fr"} for method in rule.methods)


@pytest.mark.parametrize("name", ROWS)
def test_whose_protocol_it_is_and_how_sure_the_file_is_of_it_is_told(name: str) -> None:
    told = library.example(name).told
    assert {"key", "title", "version", "status", "scope", "confidence"} <= set(told)

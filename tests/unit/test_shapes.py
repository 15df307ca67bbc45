"""Every shape that real protocols take changes what they say of data: with it, and without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

from ckanext.isp.documents.compile import load
from ckanext.isp.policy.answers import SHARED, Answers
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import Protocol
from ckanext.isp.policy.scale import ALL, Enforcement, Exposure, Level, Onward
from ckanext.isp.policy.verdict import Verdict

TODAY = date(2026, 11, 27)
LOW, MODERATE, HIGH, SEVERE = Level
FOUND = frozenset({Exposure.MEMBERS, Exposure.ON_REQUEST})
MEMBERS = frozenset({Exposure.MEMBERS})
# What is answered where a test says nothing else.
DECLARED = {"personal_data": (), "household_level": "no", "unprocessed_responses": "no"}
LEVELS = """
levels:
  - {key: low, as: low}
  - {key: moderate, as: moderate}
  - {key: high, as: high}
  - {key: severe, as: severe}
"""


def written(body: str, scope: str = "{kind: portal}", levels: str = LEVELS) -> str:
    """A protocol as somebody writes it, its head left out here."""
    head = "isp: 1\nkey: own\ntitle: A protocol\nversion: 1\nlanguages: [en]\nstatus: endorsed\n"
    return f"{head}scope: {scope}\n{levels}\n{body}"


def example(name: str) -> str:
    folder = files("ckanext.isp") / "schemas/protocols/examples"
    return (folder / f"{name}.yaml").read_text()


def row(text: str, words: str) -> str:
    """The one line of a document that holds these words."""
    (line,) = [line for line in text.splitlines(keepends=True) if words in line]
    return line


def protocol(text: str) -> Protocol:
    return load(text.encode()).protocol


def answers(key: str, told: dict[str, Any]) -> Answers:
    """Answers by fact, those of the protocol's own questions among them."""
    return {
        fact if fact in SHARED else f"{key}.{fact}": frozenset({v} if isinstance(v, str) else v)
        for fact, v in {**DECLARED, **told}.items()
    }


def proposed(verdict: Verdict) -> Any:
    return verdict.proposed


def with_and_without(
    text: str,
    part: str,
    told: dict[str, Any],
    of: Callable[[Verdict], Any] = proposed,
    *,
    beside: tuple[str, ...] = (),
    level: Level | None = None,
) -> tuple[Any, Any]:
    """What a verdict says under a document, and under the same document without a part of it.

    :param part: the row or key that makes the shape, as it is written
    :param told: what is known of the data
    :param of: what is read from the verdict; the level that the answers give, if left out
    :param beside: other protocols in force
    :param level: the level that was stated, if any
    """
    assert text.count(part) == 1, part
    others = [protocol(other) for other in beside]
    said = []
    for document in (text, text.replace(part, "")):
        own = protocol(document)
        facts = Facts(level, known=answers(own.key, told), asked=True)
        said.append(of(decide([own, *others], facts, TODAY)))
    return said[0], said[1]


def test_t1_of_one_type_at_two_levels_the_higher_counts() -> None:
    severe = "  - {level: severe, type: needs_assessment, words: B, when: {granularity: adm2}}\n"
    text = written(
        "rows:\n  - {level: high, type: needs_assessment, words: A, when: {granularity: adm2}}\n"
        + severe
    )
    told = {"type": "needs_assessment", "granularity": "adm2"}
    assert with_and_without(text, severe, told) == (SEVERE, HIGH)


def test_t2_a_finer_table_can_be_less_sensitive_than_a_coarser_one() -> None:
    fine = "  - {level: low, type: needs_assessment, words: A, when: {granularity: adm3}}\n"
    text = written(
        "rows:\n" + fine + "  - {level: moderate, type: needs_assessment, words: B, "
        "when: {granularity: adm1}}\n"
    )
    told = {"type": "needs_assessment", "granularity": "adm3"}
    assert with_and_without(text, fine, told) == (LOW, MODERATE)
    coarser = {"type": "needs_assessment", "granularity": "adm1"}
    assert with_and_without(text, fine, coarser) == (MODERATE, MODERATE)


def test_t3_of_ranges_that_overlap_the_higher_counts() -> None:
    finer = "  - {level: high, type: access, words: B, when: {granularity: adm3 or finer}}\n"
    text = written(
        "rows:\n  - {level: moderate, type: access, words: A, when: {granularity: adm2 or finer}}\n"
        + finer
    )
    assert with_and_without(text, finer, {"type": "access", "granularity": "adm4"}) == (
        HIGH,
        MODERATE,
    )


def test_t4_consent_opens_contact_lists_of_aid_workers() -> None:
    text = example("ukr-2023")
    agreed = row(text, "who agreed to sharing")
    told = {"type": "contacts", "personal_data": "aid_workers", "consent": "yes"}
    assert with_and_without(text, agreed, {**told, "place": "UKR"}) == (LOW, HIGH)


def test_t5_who_controls_an_area_decides() -> None:
    military = "  - {level: severe, type: any, words: B, when: {area: military}}\n"
    text = written(
        "questions:\n  area: {ask: Where?, answers: {government: G, military: M}}\n"
        "rows:\n  - {level: low, type: operational_presence, words: A}\n" + military
    )
    told = {"type": "operational_presence", "area": "military"}
    assert with_and_without(text, military, told) == (SEVERE, LOW)
    elsewhere = {"type": "operational_presence", "area": "government"}
    assert with_and_without(text, military, elsewhere) == (LOW, LOW)


def test_t6_the_cluster_decides() -> None:
    health = "  - {level: high, type: operational_presence, words: B, when: {sector: health}}\n"
    text = written("rows:\n  - {level: low, type: operational_presence, words: A}\n" + health)
    told = {"type": "operational_presence", "sector": {"health", "wash"}}
    assert with_and_without(text, health, told) == (HIGH, LOW)


def test_t6_a_cluster_that_has_decided_so_raises_its_presence() -> None:
    decided = "  - {level: moderate, type: operational_presence, words: B, decided_by: Cluster}\n"
    text = written("rows:\n  - {level: low, type: operational_presence, words: A}\n" + decided)
    for said, level in (("yes", MODERATE), ("no", LOW)):
        told = {"type": "operational_presence", "decision_2": said}
        assert with_and_without(text, decided, told) == (level, LOW)


def test_t6_a_cluster_with_an_impact_assessment_raises_what_is_public_for_others() -> None:
    text = example("afg-2023")
    instead = "    instead: {level: moderate, when: {raised_by_cluster: true}}\n"
    told = {"type": "operational_presence", "granularity": "adm2", "place": "AFG"}
    raised = {**told, "raised_by_cluster": "yes", "about_sea": "no"}
    assert with_and_without(text, instead, raised) == (MODERATE, LOW)


def test_t7_an_author_classifies_what_the_table_does_not_list() -> None:
    text = example("cmr-nwsw-2021")
    severe = row(text, "level: severe, type: any")
    told = {"type": "unlisted", "author_class": "severe", "place": "CMR-NW"}
    told |= {"granularity": set(), "treatment": set()}
    assert with_and_without(text, severe, told) == (SEVERE, None)


def test_t8_names_of_organizations_removed_lower_the_presence_of_partners() -> None:
    text = example("moz")
    removed = row(text, "names of organizations and implementing partners encrypted")
    told: dict[str, Any] = {
        "place": "MOZ",
        "type": "operational_presence",
        "granularity": "adm2",
        "treatment": {"aggregated"},
        "organisation_names": "removed",
        "form": "table",
        "named_clusters": "no",
    }
    assert with_and_without(text, removed, told) == (MODERATE, SEVERE)


def test_t9_the_same_axes_are_more_sensitive_as_a_map() -> None:
    text = example("ner")
    drawn = row(text, "Maps of road axes")
    told = {"type": "movement_notification.road_axes", "form": "map", "place": "NER"}
    assert with_and_without(text, drawn, told) == (SEVERE, HIGH)
    assert with_and_without(text, drawn, {**told, "form": "table"}) == (HIGH, HIGH)


def test_t10_anonymised_data_can_be_severe() -> None:
    stays = "  - {level: severe, type: population, words: B, when: {vulnerable: true}}\n"
    text = written(
        "questions: {vulnerable: {ask: Vulnerable groups?}}\n"
        "rows:\n  - {level: low, type: population, words: A, when: {treatment: anonymised}}\n"
        + stays
    )
    told = {"type": "population", "treatment": {"anonymised"}, "vulnerable": "yes"}
    assert with_and_without(text, stays, told) == (SEVERE, LOW)


def test_t11_only_treated_data_enters_a_lower_level() -> None:
    treated = (
        "  - {level: moderate, type: needs_assessment, words: A, "
        "when: {granularity: adm2, treatment: {all: [anonymised, sdc_applied]}}}\n"
    )
    text = written(
        "rows:\n" + treated + "  - {level: severe, type: needs_assessment, words: B, "
        "when: {granularity: individual}}\n"
    )
    told = {"type": "needs_assessment", "granularity": "adm2"}
    both = {**told, "treatment": {"anonymised", "sdc_applied"}}
    assert with_and_without(text, treated, both) == (MODERATE, SEVERE)
    half = {**told, "treatment": {"anonymised"}}
    assert with_and_without(text, treated, half) == (SEVERE, SEVERE)


def test_t12_a_step_before_opens_and_is_asked_for() -> None:
    text = example("pak")
    consulted = row(text, "after the government was consulted")
    told: dict[str, Any] = {
        "place": "PAK",
        "exercise": "msrna",
        "type": "needs_assessment.key_informants",
        "granularity": "adm2",
        "treatment": {"aggregated"},
        "government_consulted": "yes",
        "unique_identifiers": "no",
    }
    assert with_and_without(text, consulted, told) == (LOW, HIGH)
    needs = ', needs: ["Consultation of the government"]'
    asked = lambda verdict: [said.words["en"] for said in verdict.needs]  # noqa: E731
    assert with_and_without(text, needs, told, asked) == (["Consultation of the government"], [])


def test_t13_a_row_names_who_alone_may_receive_it() -> None:
    text = example("ssd-2023")
    named = ', audience: ["Members of the ISNA technical working group"]'
    told = {"type": "needs_assessment.isna", "granularity": "adm3", "place": "SSD"}
    told |= {"form": "table", "treatment": "aggregated"}

    def audience(verdict: Verdict) -> list[tuple[str, int]]:
        return [(s.words["en"], s.row.number) for s in verdict.audience if s.row]

    group = ("Members of the ISNA technical working group", 16)
    assert with_and_without(text, named, told, audience, level=HIGH) == ([group], [])


def test_t14_a_row_forbids_a_channel() -> None:
    levels = LEVELS.replace("as: moderate}", "as: moderate, methods: [hdx_connect, registry]}")
    banned = ", without: [registry]"
    text = written(
        "methods: {registry: {name: Registry, behaviour: connect}}\n"
        "rows:\n  - {level: moderate, type: needs_assessment, words: A" + banned + "}\n",
        levels=levels,
    )

    def methods(verdict: Verdict) -> tuple[list[str], list[int]]:
        keys = [method.key for _protocol, method in verdict.methods()]
        return keys, [row.number for _protocol, row in verdict.without]

    told = {"type": "needs_assessment"}
    assert with_and_without(text, banned, told, methods, level=MODERATE) == (
        (["hdx_connect"], [1]),
        (["hdx_connect", "registry"], []),
    )


def test_t15_one_country_can_have_two_protocols() -> None:
    text = written(
        "rows: [{level: severe, type: access, words: A}]",
        scope="{kind: sub_country, places: [CMR-NW]}",
    )
    other = written(
        "rows: [{level: low, type: access, words: A}]", scope="{kind: country, places: [CMR]}"
    )
    told = {"type": "access", "place": "CMR-EN"}
    assert with_and_without(text, "-NW", told, beside=(other,)) == (LOW, SEVERE)
    inside = {"type": "access", "place": "CMR-NW"}
    assert with_and_without(text, "-NW", inside, beside=(other,)) == (SEVERE, SEVERE)


def test_t16_a_sector_has_a_protocol_beside_its_country() -> None:
    stricter = "rows: [{level: high, type: protection_monitoring, words: A}]\n"
    text = written(stricter, scope="{kind: sector, sectors: [protection]}")
    country = written(
        "rows: [{level: low, type: protection_monitoring, words: A}]",
        scope="{kind: country, places: [NER]}",
    )
    told = {"type": "protection_monitoring", "place": "NER", "sector": "protection"}
    assert with_and_without(text, stricter, told, beside=(country,)) == (HIGH, LOW)


def test_t17_a_new_version_counts_from_its_first_day() -> None:
    starts = "in_force: {from: 2026-11-28}\n"
    new = written(starts + "rows: [{level: high, type: access, words: A}]")
    old = written("rows: [{level: low, type: access, words: A}]")
    assert with_and_without(new, starts, {"type": "access"}, beside=(old,)) == (LOW, HIGH)


def test_t18_a_protocol_can_advise_and_not_bind() -> None:
    advises = "enforcement: advise\n"
    text = written(advises + "rows: [{level: high, type: access, words: A}]")

    def binding(verdict: Verdict) -> Enforcement | None:
        return verdict.binding(LOW)

    assert with_and_without(text, advises, {"type": "access"}, binding) == (
        Enforcement.ADVISE,
        Enforcement.BLOCK,
    )


def test_t19_levels_with_no_types_still_hold_their_minimums() -> None:
    none = "minimums: []\n"
    text = written(none)
    told = {"type": "beneficiaries", "personal_data": {"affected_people"}}
    assert with_and_without(text, none, told) == (None, SEVERE)


def test_t19_a_protocol_without_a_public_level_opens_nothing() -> None:
    public = "  - {key: low, as: low}\n"
    text = written("rows: []")

    def allowed(verdict: Verdict) -> frozenset[Exposure]:
        return verdict.allowed

    assert with_and_without(text, public, {}, allowed, level=LOW) == (ALL, FOUND)


def test_t19_a_listed_document_without_levels_says_nothing() -> None:
    text = written("rows: [{level: high, type: access, words: A}]")
    listed = text.replace("endorsed", "listed").replace(LEVELS, "").partition("rows:")[0]
    facts = Facts(LOW, known=answers("own", {"type": "access"}), asked=True)
    assert decide([protocol(text)], facts, TODAY).proposed is HIGH
    assert decide([protocol(listed)], facts, TODAY).proposed is None


def test_t20_of_five_own_levels_two_can_stand_for_the_same() -> None:
    five = """
levels:
  - {key: p0, as: low}
  - {key: p1, as: moderate}
  - {key: p2, as: high}
  - {key: p3, as: high, discoverable: false}
  - {key: p4, as: severe}
"""
    higher = "  - {level: p3, type: access, words: B, when: {granularity: site}}\n"
    text = written("rows:\n  - {level: p2, type: access, words: A}\n" + higher, levels=five)

    def allowed(verdict: Verdict) -> frozenset[Exposure]:
        return verdict.allowed

    told = {"type": "access", "granularity": "site"}
    assert with_and_without(text, higher, told) == (HIGH, HIGH)
    assert with_and_without(text, higher, told, allowed, level=HIGH) == (MEMBERS, FOUND)


def test_t21_all_contributing_organizations_have_to_agree() -> None:
    every = '    decides: [{every: "Contributing organization"}]\n'
    text = example("gbvims-sample").replace("status: draft", "status: endorsed")

    def deciders(verdict: Verdict) -> list[tuple[str, bool]]:
        return [(said.words["en"], said.every) for said in verdict.deciders]

    told = {"type": "protection_cases", "sector": "gbv"}
    told |= {"treatment": "anonymised", "organisation_names": "removed", "granularity": "national"}
    asked = [("Contributing organization", True)]
    assert with_and_without(text, every, told, deciders, level=HIGH) == (asked, [])


def test_t22_a_placeholder_left_in_the_text_counts_as_met() -> None:
    left = (
        '  - {level: high, type: operational_presence, words: "Of x, y and z", undecided: true}\n'
    )
    text = written("rows:\n  - {level: low, type: operational_presence, words: A}\n" + left)
    assert with_and_without(text, left, {"type": "operational_presence"}) == (HIGH, LOW)


def test_t23_places_have_their_own_names() -> None:
    slipped = ", adm4"
    text = written(
        "geography: {settlement: [adm3, adm4]}\n"
        "rows:\n"
        "  - {level: moderate, type: access, words: A, when: {granularity: settlement}}\n"
        "  - {level: severe, type: access, words: B, when: {granularity: individual}}\n"
    )
    told = {"type": "access", "granularity": "adm4"}
    assert with_and_without(text, slipped, told) == (MODERATE, SEVERE)


def test_t24_what_is_public_in_one_country_is_severe_in_another() -> None:
    text, somalia = example("ukr-2023"), example("som-2024")
    severe = row(text, '"Facilities with their locations"')
    told = {"type": "facilities", "granularity": "site", "coordinates": "yes"}
    in_somalia = answers("som", {**told, "place": "SOM", "restricted_by_cluster": "no"})
    facts = Facts(None, known=in_somalia, asked=True)
    assert decide([protocol(somalia), protocol(text)], facts, TODAY).proposed is LOW
    there = {**told, "place": "UKR"}
    assert with_and_without(text, severe, there, beside=(somalia,)) == (SEVERE, HIGH)


def test_t25_minutes_and_mails_are_types_too() -> None:
    minutes = "rows: [{level: high, type: documents.minutes, words: Minutes of meetings}]\n"
    text = written(minutes)
    told = {"type": "documents.minutes"}
    assert with_and_without(text, minutes, told) == (HIGH, None)


def test_t26_a_country_can_hold_microdata_lower_than_the_template() -> None:
    text = example("ven")
    start, end = text.index("minimums:"), text.index("rows:")
    told = {"type": "needs_assessment", "granularity": "individual", "place": "VEN"}
    told |= {"sensitive_topic": "no", "unprocessed_responses": "yes"}
    assert with_and_without(text, text[start:end], told) == (HIGH, SEVERE)


def test_t27_who_gave_the_data_says_how_far_it_goes() -> None:
    binds = "sender_decides: true\n"
    text = written(binds + "rows: [{level: low, type: protection_monitoring, words: A}]")

    def reach(verdict: Verdict) -> tuple[Onward | None, frozenset[Exposure]]:
        return verdict.onward, verdict.allowed

    told = {"type": "protection_monitoring", "onward_sharing": "sector"}
    assert with_and_without(text, binds, told, reach, level=LOW) == (
        (Onward.SECTOR, FOUND),
        (None, ALL),
    )
    unsaid = {"type": "protection_monitoring"}
    assert with_and_without(text, binds, unsaid) == (MODERATE, LOW)

    def cited(verdict: Verdict) -> list[str]:
        return [finding.protocol.key for finding in verdict.deciding()]

    assert with_and_without(text, binds, unsaid, cited) == (["own"], ["own"])


def test_t28_a_verdict_speaks_the_languages_of_its_protocol() -> None:
    spanish = ", es: Actas de reuniones"
    text = written(
        "rows:\n  - {level: high, type: documents.minutes, words: {en: Minutes of meetings"
        + spanish
        + "}}\n"
    ).replace("languages: [en]", "languages: [en, es]")

    def words(verdict: Verdict) -> str | None:
        return next(verdict.deciding()).rows[0].words.get("es")

    told = {"type": "documents.minutes"}
    assert with_and_without(text, spanish, told, words) == ("Actas de reuniones", None)


def test_t29_a_level_can_be_a_rule_and_not_a_list() -> None:
    text = example("cmr-nwsw-2021")
    rule = row(text, "when: {treatment: {all: [aggregated, anonymised]}")
    told: dict[str, Any] = {"type": "unlisted", "place": "CMR-SW", "author_class": "not_given"}
    told |= {"treatment": {"aggregated", "anonymised"}, "granularity": "adm2"}
    assert with_and_without(text, rule, told) == (LOW, None)


def test_t30_data_on_several_countries_takes_the_strictest_of_theirs() -> None:
    strict = "rows: [{level: severe, type: facilities, words: A}]\n"
    text = written(strict, scope="{kind: country, places: [SYR]}")
    other = written(
        "rows: [{level: low, type: facilities, words: A}]", scope="{kind: country, places: [SOM]}"
    )
    both = {"type": "facilities", "place": {"SYR", "SOM"}}
    assert with_and_without(text, strict, both, beside=(other,)) == (SEVERE, LOW)
    assert with_and_without(text, strict, {**both, "place": "SOM"}, beside=(other,)) == (LOW, LOW)

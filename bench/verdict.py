"""How long one verdict takes: five protocols of sixty rows each, all of which bind the dataset."""

from __future__ import annotations

import itertools
import timeit
from collections.abc import Sequence
from datetime import date

from bench.figures import Decide
from ckanext.isp.documents import compile
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import Protocol
from ckanext.isp.policy.scale import Level

# short ones, many of which nothing disturbs
RUNS = 1200
SCOPES = (
    "{kind: portal}",
    "{kind: country, places: [AFG]}",
    "{kind: sector, sectors: [health]}",
    "{kind: organisation, organisations: [bench]}",
    "{kind: country, places: [AFG, PAK]}",
)
TYPES = (
    "facilities",
    "needs_assessment",
    "operational_presence",
    "displacement",
    "contacts",
    "beneficiaries",
    "security_incidents",
    "population",
    "protection_monitoring",
    "line_lists",
    "access",
    "cod",
)
ROWS = (
    "level: low, when: {granularity: national}",
    "level: moderate, when: {granularity: district}",
    "level: moderate, when: {granularity: site, treatment: anonymised}",
    "level: high, when: {granularity: [site, household]}, except: {treatment: anonymised}",
    "level: severe, when: {granularity: [household, individual], personal_data: affected_people}",
)
HEAD = """
isp: 1
key: bench-{number}
title: The bench's protocol
version: "1"
status: endorsed
languages: [en]
scope: {scope}
geography: {{district: adm2}}
levels:
  - {{key: low, as: low}}
  - {{key: moderate, as: moderate}}
  - {{key: high, as: high}}
  - {{key: severe, as: severe}}
rows:
"""


def protocols() -> tuple[Protocol, ...]:
    return tuple(compile.load(text.encode()).protocol for text in texts())


def texts() -> list[str]:
    rows = "".join(
        f"  - {{type: {kind}, words: Row, {row}}}\n" for kind, row in itertools.product(TYPES, ROWS)
    )
    return [HEAD.format(number=n, scope=scope) + rows for n, scope in enumerate(SCOPES)]


def facts() -> list[Facts]:
    """Every type in every granularity and treatment, some of it unanswered."""
    place = {"place": frozenset({"AFG"}), "sector": frozenset({"health"})}
    answers = itertools.product(TYPES, ("national", "site", "individual", None), (True, False))
    found = []
    for kind, granularity, anonymised in answers:
        known = {**place, "organisation": frozenset({"bench"}), "type": frozenset({kind})}
        if granularity:
            known["granularity"] = frozenset({granularity})
        if anonymised:
            known["treatment"] = frozenset({"anonymised"})
        found.append(Facts(Level.HIGH, known=known, asked=True))
    return found


def figure() -> Decide:
    return Decide(microseconds(seen=True), microseconds(seen=False))


def microseconds(*, seen: bool) -> float:
    """One verdict; the best of several runs, which is what it costs where nothing disturbs it.

    :param seen: of answers that another dataset gave before, as most are
    """
    bound, asked, today = protocols(), facts(), date.today()

    def once() -> None:
        for one in asked:
            decide(bound, one, today)

    once()
    before = (lambda: None) if seen else lambda: forget(bound)
    runs = timeit.repeat(once, before, number=1, repeat=RUNS)
    return min(runs) / len(asked) * 1e6


def forget(bound: Sequence[Protocol]) -> None:
    """What the protocols remember of answers."""
    for protocol in bound:
        protocol.found.clear()


if __name__ == "__main__":
    found = figure()
    print(f"seen before: {found.seen:.1f} µs\nnever seen: {found.unseen:.1f} µs")

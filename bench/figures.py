"""From requests to figures: medians, ratios with their interval, and what is promised of them."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.load import Case, Sample

RESAMPLES = 2000
DECIDE_BOUND = 50.0  # microseconds


@dataclass(frozen=True)
class Decide:
    """How long a verdict takes, in microseconds.

    :param seen: of answers that were given before
    :param unseen: of answers that no protocol has read yet
    """

    seen: float
    unseen: float

    @property
    def fast(self) -> bool:
        return max(self.seen, self.unseen) < DECIDE_BOUND


@dataclass(frozen=True)
class Bound:
    """What is promised of an action beside CKAN alone.

    :param ratio: the most that its median may be, times CKAN's own
    :param queries: how many more SQL queries it may make; None for as many as it needs
    """

    ratio: float
    queries: int | None = None


BOUNDS = {
    "package_show": Bound(1.05, 1),
    "package_search": Bound(1.05, 1),
    "package_update": Bound(1.10),
    "package_create": Bound(1.10),
}


@dataclass(frozen=True)
class Figure:
    """An action by a kind of user in a catalogue of one size; medians in milliseconds."""

    action: str
    user: str
    size: int
    stock: float
    isp: float
    ratio: float
    low: float
    high: float
    stock_queries: int
    isp_queries: int

    @property
    def fast(self) -> bool:
        return self.ratio <= BOUNDS[self.action].ratio

    @property
    def sparing(self) -> bool:
        most = BOUNDS[self.action].queries
        return most is None or self.isp_queries <= self.stock_queries + most

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "fast": self.fast, "sparing": self.sparing}


def figure(case: Case, size: int, samples: dict[str, Sample]) -> Figure:
    stock, isp = samples["stock"], samples["isp"]
    low, high = interval(stock.seconds, isp.seconds)
    medians = [statistics.median(sample.seconds) for sample in (stock, isp)]
    return Figure(
        action=case.action,
        user=case.user,
        size=size,
        stock=medians[0] * 1000,
        isp=medians[1] * 1000,
        ratio=medians[1] / medians[0],
        low=low,
        high=high,
        stock_queries=statistics.mode(stock.queries),
        isp_queries=statistics.mode(isp.queries),
    )


def interval(stock: Sequence[float], isp: Sequence[float]) -> tuple[float, float]:
    """Where the ratio of the medians lies in 95 of 100 resamplings of the repetitions."""
    chance = random.Random(0)
    numbers = range(len(stock))
    ratios = []
    for _again in range(RESAMPLES):
        drawn = chance.choices(numbers, k=len(numbers))
        ratios.append(
            statistics.median(isp[n] for n in drawn) / statistics.median(stock[n] for n in drawn)
        )
    cuts = statistics.quantiles(ratios, n=40)
    return cuts[0], cuts[-1]


def steady(figures: Sequence[Figure]) -> bool:
    """Whether an action makes the same number of queries whatever the size of the catalogue."""
    found: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for f in figures:
        found.setdefault((f.action, f.user), set()).add((f.stock_queries, f.isp_queries))
    return all(len(counts) == 1 for counts in found.values())

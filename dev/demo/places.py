"""The places of the invented country: names, p-codes, people, severity and boundaries.

Every file reads its figures from here, so that totals agree across the catalogue. Boundaries are
a jittered grid; two neighbours share the same wriggled edge, so levels nest without slivers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import yaml

Point = tuple[float, float]
Corner = tuple[int, int]
EDGE_HALVINGS = 3
KM_PER_DEGREE = 111.32


@dataclass(frozen=True)
class Place:
    """An administrative unit. `severity` is the intersectoral one, 1 to 5."""

    level: int
    name: str
    pcode: str
    parent: Place | None
    cells: tuple[Corner, ...]
    population: int
    severity: int

    @property
    def line(self) -> list[Place]:
        """This place and those it lies in, the region first, the country left out."""
        above = self.parent.line if self.parent else []
        return [*above, self] if self.level else []

    @property
    def names(self) -> list[str]:
        """`[name, p-code]` of every level from the region down, in one list."""
        return [text for place in self.line for text in (place.name, place.pcode)]

    @property
    def of(self) -> str:
        """The French "de" or "d'" with its name."""
        return f"d'{self.name}" if self.name[0] in "AEIOU" else f"de {self.name}"

    @property
    def ring(self) -> list[Point]:
        """The closed outline, counter-clockwise, as longitude and latitude."""
        return _outline(self.cells)

    @property
    def centre(self) -> Point:
        corners = [_vertex(corner) for cell in self.cells for corner in _corners(cell)]
        return _mean(corners)

    @property
    def area_sqkm(self) -> float:
        ring = self.ring
        twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
        return abs(twice) / 2 * KM_PER_DEGREE**2 * math.cos(math.radians(self.centre[1]))

    def point(self, rng: Random) -> Point:
        """Somewhere inside, well away from the outline."""
        corners = [_vertex(corner) for corner in _corners(rng.choice(self.cells))]
        across, along = rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)
        left, right = (
            _between(corners[0], corners[1], along),
            _between(corners[3], corners[2], along),
        )
        x, y = _between(left, right, across)
        return round(x, 5), round(y, 5)


def places(level: int) -> list[Place]:
    """All units of one level, in the order of their p-codes."""
    return sorted(_tree()[level], key=lambda place: place.pcode)


def country() -> Place:
    return _tree()[0][0]


def weighted(rng: Random, level: int, count: int, regions: Sequence[str] = ()) -> list[Place]:
    """`count` places with repetition, of these regions if any are named: more where needs are."""
    known = [place for place in places(level) if not regions or place.names[0] in regions]
    return rng.choices(known, [place.severity**1.5 for place in known], k=count)


@cache
def _written() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))


class _Communes(list[tuple[str, Corner, int]]):
    """Name, cell and people of some units of level 3."""

    def place(
        self, level: int, name: str, pcode: str, parent: Place | None, severity: int
    ) -> Place:
        cells = tuple(cell for _, cell, _ in self)
        return Place(level, name, pcode, parent, cells, sum(row[2] for row in self), severity)


@cache
def _tree() -> list[list[Place]]:
    """All places by level."""
    written, communes = _written(), _communes()
    about, everything = written["country"], _Communes(chain(*communes.values()))
    root = everything.place(0, about["name"], about["pcode"], None, 3)
    levels: list[list[Place]] = [[root], [], [], []]
    for r, region in enumerate(written["regions"], 1):
        code, districts = f"{root.pcode}{r:02}", region["districts"]
        severities = [district["severity"] for district in districts.values()]
        inside = _Communes(chain(*(communes[letter] for letter in districts)))
        upper = inside.place(1, region["name"], code, root, round(mean(severities)))
        levels[1].append(upper)
        for d, (letter, district) in enumerate(districts.items(), 1):
            severity = district["severity"]
            middle = communes[letter].place(2, district["name"], f"{code}{d:02}", upper, severity)
            levels[2].append(middle)
            for c, row in enumerate(communes[letter], 1):
                lower = _Communes([row]).place(3, row[0], f"{middle.pcode}{c:02}", middle, severity)
                levels[3].append(lower)
    return levels


def _communes() -> dict[str, _Communes]:
    """The communes of each district, by its letter on the map."""
    written, rng = _written(), Random("people")
    grid = written["map"].split()
    found = {}
    for region in written["regions"]:
        for letter, district in region["districts"].items():
            cells = [
                (x, y) for y, row in enumerate(grid) for x, mark in enumerate(row) if mark == letter
            ]
            usual = district.get("people", region["people"])
            people = [round(usual * rng.uniform(0.62, 1.4)) for _ in cells]
            found[letter] = _Communes(zip(district["communes"], cells, people, strict=True))
    return found


def _corners(cell: Corner) -> list[Corner]:
    """The corners of a grid cell, counter-clockwise (rows count southwards)."""
    x, y = cell
    return [(x, y), (x, y + 1), (x + 1, y + 1), (x + 1, y)]


@cache
def _vertex(corner: Corner) -> Point:
    rng, written = Random(f"corner {corner}"), _written()
    size, origin = written["cell"], written["origin"]
    x = origin["longitude"] + (corner[0] + rng.uniform(-0.34, 0.34)) * size
    y = origin["latitude"] - (corner[1] + rng.uniform(-0.34, 0.34)) * size
    return x, y


@cache
def _edge(start: Corner, end: Corner) -> tuple[Point, ...]:
    """A wriggled line between two corners, its last point left out; the same in both directions."""
    if start > end:
        return tuple(reversed((*_edge(end, start)[1:], _vertex(start))))
    rng = Random(f"edge {start} {end}")
    line = [_vertex(start), _vertex(end)]
    for turn in range(EDGE_HALVINGS):
        reach = 0.09 * math.dist(*map(_vertex, (start, end))) / 2**turn
        halves = [
            (
                (a[0] + b[0]) / 2 + rng.uniform(-reach, reach),
                (a[1] + b[1]) / 2 + rng.uniform(-reach, reach),
            )
            for a, b in pairwise(line)
        ]
        line = [point for pair in zip(line, [*halves, line[-1]], strict=True) for point in pair][
            :-1
        ]
    return tuple(line[:-1])


def _outline(cells: Iterable[Corner]) -> list[Point]:
    edges = {
        (a, b)
        for cell in cells
        for a, b in zip(_corners(cell), [*_corners(cell)[1:], _corners(cell)[0]], strict=True)
    }
    onward = {a: b for a, b in edges if (b, a) not in edges}
    start = here = min(onward)
    ring: list[Point] = []
    while onward:
        ahead = onward.pop(here)
        ring += _edge(here, ahead)
        here = ahead
    if here != start:
        raise ValueError("a place is in two pieces: mend the map in places.yaml")
    ring.append(ring[0])
    return [(round(x, 5), round(y, 5)) for x, y in ring]


def _between(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def _mean(points: list[Point]) -> Point:
    return (
        round(sum(x for x, _ in points) / len(points), 5),
        round(sum(y for _, y in points) / len(points), 5),
    )

"""Common operational datasets and the places where services are: boundaries, people, facilities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.places import Place, country, places
from dev.demo.sheets import Features, Table

VALID_ON = "2026-03-18"
ADMIN = [
    "admin1_name",
    "admin1_pcode",
    "admin2_name",
    "admin2_pcode",
    "admin3_name",
    "admin3_pcode",
]
ADMIN_HXL = [
    "#adm1+name",
    "#adm1+code",
    "#adm2+name",
    "#adm2+code",
    "#adm3+name",
    "#adm3+code",
]
OWNERS = {"Public": 82, "Confessionnel": 8, "Privé": 6, "ONG": 4}
BEDS = {"Hôpital régional": 140, "CMA": 40, "Centre médical": 18}
AGES = {"00_04": 0.172, "05_11": 0.203, "12_17": 0.138, "18_59": 0.437, "60_plus": 0.05}
SEASON = (0, 0, 2, 9, 34, 71, 138, 182, 109, 31, 3, 0)


def boundaries(rng: Random, level: int) -> Features:
    """The outlines of one level, with the columns of a COD-AB."""
    items: list[tuple[str, list[Any], dict[str, Any]]] = []
    for place in places(level):
        properties: dict[str, Any] = {}
        for part in reversed(place.line):
            properties |= {f"ADM{part.level}_FR": part.name, f"ADM{part.level}_PCODE": part.pcode}
        properties |= {"ADM0_FR": country().name, "ADM0_PCODE": country().pcode}
        properties |= {
            "AREA_SQKM": round(place.area_sqkm, 1),
            "date": VALID_ON,
            "validOn": VALID_ON,
        }
        items.append(("Polygon", [place.ring], properties))
    return Features(items)


def gazetteer(rng: Random) -> dict[str, Table]:
    """All levels as a workbook, one sheet each, after a sheet that says what it is."""
    about = [
        ["Title", "Sahelia – subnational administrative boundaries, gazetteer"],
        ["Source", "Direction nationale de la cartographie, Sahelia Geodata Service"],
        ["Valid on", VALID_ON],
        ["Levels", "1 region, 2 district (department), 3 commune"],
        ["P-codes", "XS + 2 digits a level; unchanged since 2021 but for Ouidaré-Est (XS040102)"],
        ["Review", "Yearly; next review March 2027"],
    ]
    sheets = {"README": Table(["Item", "Text"], about)}
    for level in (1, 2, 3):
        header = [text for n in range(1, level + 1) for text in (f"ADM{n}_FR", f"ADM{n}_PCODE")]
        rows = [[*p.names, *p.centre[::-1], round(p.area_sqkm, 1)] for p in places(level)]
        sheets[f"ADM{level}"] = Table([*header, "LAT", "LON", "AREA_SQKM"], rows)
    return sheets


def population(rng: Random, level: int) -> Table:
    """Projected people by sex and age, as in a COD-PS; every level adds up to the same total."""
    header = [*ADMIN[: 2 * level], "T_TL", "F_TL", "M_TL"]
    hxl = [*ADMIN_HXL[: 2 * level], "#population+total", "#population+f", "#population+m"]
    for age in AGES:
        header += [f"F_{age}", f"M_{age}"]
        hxl += [f"#population+f+age_{age}", f"#population+m+age_{age}"]
    return Table(header, map(_people, places(level)), hxl)


def _people(place: Place) -> list[Any]:
    communes = [unit for unit in places(3) if place in unit.line]
    groups = [_groups(commune) for commune in communes]
    counts = [sum(column) for column in zip(*groups, strict=True)]
    women, men = sum(counts[0::2]), sum(counts[1::2])
    return [*place.names, women + men, women, men, *counts]


def _groups(commune: Place) -> list[int]:
    """Women and men of each age group in turn; their sum is the commune's population."""
    rng = Random(commune.pcode)
    shares = [share * rng.uniform(0.95, 1.05) for share in AGES.values()]
    counts: list[int] = []
    for share in shares:
        people = commune.population * share / sum(shares)
        women = round(people * rng.uniform(0.495, 0.515))
        counts += [women, round(people) - women]
    counts[6] += commune.population - sum(counts)
    return counts


def health_facilities(rng: Random, status: bool = False) -> Table:
    """A master list of facilities; with `status` also how far each one works, as HeRAMS asks."""
    kinds = ("CSPS", "CSPS", "CSPS", "Centre médical", "CMA", "Case de santé", "Maternité")
    header = ["facility_id", "facility_name", "facility_type", "ownership", *ADMIN]
    header += ["latitude", "longitude", "last_verified"]
    extra = ["functionality", "cause", "inpatient_beds", "power", "water", "cold_chain"]
    rows = []
    for number, (place, ordinal) in enumerate(_sites(rng, 21_000), 1):
        kind = (
            "Hôpital régional"
            if place.pcode.endswith("0101") and not ordinal
            else rng.choice(kinds)
        )
        name = f"{kind} {place.of}" + (f" {ordinal + 1}" if ordinal else "")
        owner = "Public" if kind == "Hôpital régional" else pick(rng, OWNERS)
        row = [f"XS-HF-{number:04}", name, kind, owner, *place.names, *place.point(rng)[::-1]]
        row.append(day(rng, date(2026, 1, 12), date(2026, 9, 30)))
        rows.append(row + (_functioning(Random(f"status {number}"), place, kind) if status else []))
    return Table(header + (extra if status else []), rows)


def _functioning(rng: Random, place: Place, kind: str) -> list[Any]:
    often = {"Fully functioning": 100 - 14 * place.severity}
    often |= {"Partially functioning": 9 * place.severity, "Not functioning": 5 * place.severity}
    state = pick(rng, often)
    causes = [
        "Lack of staff",
        "Insecurity",
        "Lack of supplies",
        "Building damaged",
        "Lack of funds",
    ]
    cause = "" if state.startswith("Fully") else rng.choice(causes)
    power = rng.choice(["Solar", "Solar", "Grid", "Generator", "None"])
    water = rng.choice(["Borehole", "Network", "Well", "Trucking", "None"])
    working = state != "Not functioning"
    return [
        state,
        cause,
        round(BEDS.get(kind, 4) * rng.uniform(0.5, 1.2)),
        power,
        water,
        "Yes" if working and power != "None" else "No",
    ]


def schools(rng: Random) -> Table:
    """Schools with pupils and whether they are open; the north and east have many closed ones."""
    header = ["school_code", "school_name", "level", *ADMIN, "latitude", "longitude"]
    header += ["girls", "boys", "teachers", "status", "reason_closed", "school_year"]
    rows = []
    for number, (place, ordinal) in enumerate(_sites(rng, 19_000), 1):
        level = pick(rng, {"Preschool": 5, "Primary": 70, "Post-primary": 17, "Secondary": 8})
        open_ = rng.random() > 0.13 * (place.severity - 1)
        girls, boys = rng.randint(48, 310), rng.randint(52, 330)
        name = f"École {place.of} {chr(65 + ordinal % 26)}"
        row: list[Any] = [f"ES-{place.pcode[2:]}-{number:03}", name]
        row += [level, *place.names, *place.point(rng)[::-1], girls if open_ else 0]
        row += [boys if open_ else 0, (girls + boys) // 52 if open_ else 0]
        reasons = ["Insecurity", "Insecurity", "Occupied", "Flood damage"]
        reason = "" if open_ else rng.choice(reasons)
        rows.append([*row, "Open" if open_ else "Closed", reason, "2026-2027"])
    return Table(header, rows)


def water_points(rng: Random) -> Table:
    """Improved water points with technology, state and yield."""
    header = ["wp_id", "technology", "functional", *ADMIN[2:], "latitude", "longitude"]
    header += ["installed", "users_estimated", "yield_m3_day", "last_checked"]
    rows: list[list[Any]] = []
    for number, (place, _) in enumerate(_sites(rng, 13_000), 1):
        kind = pick(rng, {"Hand pump borehole": 6, "Mechanised borehole": 2, "Protected well": 3})
        state = pick(rng, {"Yes": 66, "No": 19, "Yes, needs repair": 15})
        users = rng.randint(140, 900) * (3 if kind.startswith("Mech") else 1)
        row = [f"PEM{number:05}", kind, state, *place.names[2:], *place.point(rng)[::-1]]
        checked = day(rng, date(2025, 11, 3), date(2026, 10, 16))
        rows.append([*row, rng.randint(1988, 2026), users, round(users * 0.016, 1), checked])
    return Table(header, rows)


def roads(rng: Random) -> Features:
    """Lines between the chief places of neighbouring districts, with how they can be used."""
    items: list[tuple[str, list[Any], dict[str, Any]]] = []
    for number, (a, b) in enumerate(_neighbours(), 1):
        bad = rng.random() < 0.09 * max(a.severity, b.severity)
        access = rng.choice(["4x4 only", "Not after rain", "Bridge damaged"])
        surface = pick(rng, {"Paved": 3, "Laterite": 5, "Track": 2 + a.severity})
        properties = {
            "road_id": f"R{number:03}",
            "name": f"{a.name} – {b.name}",
            "class": "RN" if surface == "Paved" else "RR",
            "surface": surface,
            "passability": access if bad else "All vehicles",
            "max_load_t": rng.choice([10, 15, 25, 30]),
            "updated": str(day(rng, date(2026, 9, 1), date(2026, 10, 26))),
        }
        items.append(("LineString", _track(rng, a, b), properties))
    return Features(items)


def rainfall(rng: Random) -> Table:
    """Rain by district and ten-day period of the year so far, with the long-term mean."""
    header = ["date", *ADMIN[:4], "rfh_mm", "rfh_avg_mm", "anomaly_pct"]
    hxl = ["#date", *ADMIN_HXL[:4], "#indicator+rain", "#indicator+rain+avg", "#indicator+anomaly"]
    rows = []
    for place in places(2):
        wetness = 2.1 - place.centre[1] / 9.5
        for dekad in _dekads():
            usual = round(SEASON[dekad.month - 1] / 3 * wetness, 1)
            fell = round(max(0.0, usual * rng.gauss(0.93, 0.28)), 1)
            anomaly = round(100 * (fell - usual) / usual) if usual else ""
            rows.append([dekad, *place.names, fell, usual, anomaly])
    return Table(header, rows, hxl)


def _dekads() -> Iterator[date]:
    for month in range(1, TODAY.month):
        yield from (date(2026, month, first) for first in (1, 11, 21))


def _sites(rng: Random, people_each: int) -> Iterator[tuple[Place, int]]:
    """Communes, each as often as it has this many people, with a running number of its own."""
    for place in places(3):
        for ordinal in range(1 + round(place.population / people_each * rng.uniform(0.7, 1.1))):
            yield place, ordinal


def _neighbours() -> list[tuple[Place, Place]]:
    """Districts with their two nearest, each pair once."""
    pairs = set()
    for here in places(2):
        there = sorted(places(2), key=lambda place: _distance(here, place))[1:4]
        pairs |= {tuple(sorted((here.pcode, other.pcode))) for other in there}
    known = {place.pcode: place for place in places(2)}
    return [(known[a], known[b]) for a, b in sorted(pairs)]


def _distance(a: Place, b: Place) -> float:
    return (a.centre[0] - b.centre[0]) ** 2 + (a.centre[1] - b.centre[1]) ** 2


def _track(rng: Random, a: Place, b: Place, bends: int = 9) -> list[tuple[float, float]]:
    """A bent line from one chief place to another."""
    (x, y), (to_x, to_y) = a.centre, b.centre
    inner = [
        (
            round(x + (to_x - x) * n / bends + rng.uniform(-0.035, 0.035), 5),
            round(y + (to_y - y) * n / bends + rng.uniform(-0.035, 0.035), 5),
        )
        for n in range(1, bends)
    ]
    return [a.centre, *inner, b.centre]


def week(number: int) -> date:
    """Monday of an ISO week of 2026."""
    return date(2025, 12, 29) + timedelta(weeks=number - 1)

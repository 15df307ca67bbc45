"""Who does what where, and whom to reach there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.geography import ADMIN, ADMIN_HXL
from dev.demo.needs import SECTORS, in_need
from dev.demo.people import address, person, phone
from dev.demo.places import Place, places, weighted
from dev.demo.sheets import Table

# Acronym: name, type, sectors that the organisation works in.
PARTNERS = {
    "KHA": ("Kéréga Health Alliance", "NNGO", ("Health", "Nutrition")),
    "R&D": ("Refuge et Droits", "INGO", ("Protection", "Education")),
    "BFI": ("Bread and Field International", "INGO", ("Food Security", "Nutrition")),
    "ADES": ("Action pour le développement d'Ilemba", "NNGO", ("Food Security", "WASH")),
    "NAW": ("Northern Aid Works", "INGO", ("WASH", "Shelter and NFI")),
    "SFT": ("Sources for Tomorrow", "INGO", ("WASH",)),
    "AFT": ("Association des femmes de Tarmouk", "NNGO", ("Protection", "Nutrition")),
    "CTC": ("Children's Trust Collective", "INGO", ("Education", "Protection", "Nutrition")),
    "MSX": ("Médecins de la Steppe", "INGO", ("Health", "Nutrition")),
    "CRS-X": (
        "Croissant secouriste de Sahelia",
        "RCRC movement",
        ("Health", "Shelter and NFI"),
    ),
    "WFO": ("World Food Operation", "UN", ("Food Security", "Nutrition")),
    "HRO": ("Humanitarian Refugee Office", "UN", ("Protection", "Shelter and NFI")),
    "JEV": ("Jeunesse et Vie", "NNGO", ("Education", "Food Security")),
    "ESP": ("Eau sans Panne", "NNGO", ("WASH",)),
    "TDL": ("Toits de Lumière", "NNGO", ("Shelter and NFI",)),
    "DMX": ("Demine and Restore", "INGO", ("Protection",)),
}
ACTIVITIES = {
    "Food Security": ("General food distribution", "Cash transfer for food", "Seeds and tools"),
    "Health": ("Mobile clinic", "Support to health facility", "Vaccination campaign"),
    "Nutrition": ("SAM treatment", "MAM treatment", "IYCF counselling"),
    "Protection": ("Case management", "Community protection network", "Psychosocial support"),
    "WASH": ("Water trucking", "Borehole rehabilitation", "Hygiene kits", "Emergency latrines"),
    "Education": ("Temporary learning space", "School feeding", "Teacher training"),
    "Shelter and NFI": ("Emergency shelter kit", "NFI kit", "Rental support"),
}
QUARTER = (date(2026, 7, 1), date(2026, 9, 30))


def _doing(place: Place, sectors: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    """Acronym, sector and activity of who works in a place; the same in every file."""
    for sector in sectors:
        for acronym in able(sector):
            fixed = Random(f"{place.pcode} {acronym} {sector}")
            if fixed.random() < 0.12 + 0.1 * place.severity:
                yield acronym, sector, fixed.choice(ACTIVITIES[sector])


def able(sector: str) -> list[str]:
    return [acronym for acronym, (_, _, works) in PARTNERS.items() if sector in works]


def who_what_where(rng: Random, sectors: list[str] | None = None, reached: bool = False) -> Table:
    """Who does what in which district; with `reached`, for how many people of each sex and age."""
    header = ["org_name", "org_acronym", "org_type", "sector", "activity", *ADMIN[:4]]
    header += ["status", "start_date", "end_date"]
    hxl = ["#org+name", "#org+acronym", "#org+type", "#sector", "#activity", *ADMIN_HXL[:4]]
    hxl += ["#status", "#date+start", "#date+end"]
    if reached:
        header += ["targeted", "girls", "boys", "women", "men", "reached"]
        hxl += ["#targeted", "#reached+f+children", "#reached+m+children", "#reached+f+adults"]
        hxl += ["#reached+m+adults", "#reached"]
    rows = []
    for place in places(2):
        for acronym, sector, activity in _doing(place, sectors or SECTORS):
            name, kind, _ = PARTNERS[acronym]
            start = day(rng, date(2026, 1, 5), QUARTER[1])
            end = start + timedelta(days=rng.randint(45, 330))
            halted = pick(rng, {"Ongoing": 16, "Suspended": place.severity})
            row: list[Any] = [name, acronym, kind, sector, activity, *place.names]
            row += ["Completed" if end <= QUARTER[1] else halted, start, end]
            rows.append(row + (_reach(Random(str(row)), place) if reached else []))
    return Table(header, rows, hxl)


def _reach(rng: Random, place: Place) -> list[int]:
    targeted = round(in_need(place) * rng.uniform(0.01, 0.09))
    groups = [
        round(targeted * rng.uniform(0.4, 1.02) * share) for share in (0.38, 0.36, 0.24, 0.02)
    ]
    return [targeted, *groups, sum(groups)]


def presence_national(rng: Random) -> Table:
    """Organisations and activities by sector and type of organisation, without their names."""
    return _counts(["sector", "org_type"], lambda place, sector, kind: (sector, kind))


def presence_district(rng: Random) -> Table:
    """Number of organisations by district and sector, without their names."""
    return _counts(["sector", *ADMIN[:4]], lambda place, sector, kind: (sector, *place.names))


def _counts(columns: list[str], key: Any) -> Table:
    organisations: dict[tuple[str, ...], set[str]] = {}
    activities: Counter[tuple[str, ...]] = Counter()
    for place in places(2):
        for acronym, sector, _ in _doing(place, SECTORS):
            group = key(place, sector, PARTNERS[acronym][1])
            organisations.setdefault(group, set()).add(acronym)
            activities[group] += 1
    tags = dict(zip(ADMIN, ADMIN_HXL, strict=True)) | {"sector": "#sector", "org_type": "#org+type"}
    hxl = [*(tags[column] for column in columns), "#org+count", "#activity+count", "#date"]
    rows = [
        [*group, len(members), activities[group], "2026-Q3"]
        for group, members in sorted(organisations.items())
    ]
    return Table([*columns, "organisations", "activities", "period"], rows, hxl)


def directory(rng: Random) -> Table:
    """Organisations in the response: no person is named."""
    header = ["acronym", "organisation", "type", "sectors", "office", "general_mail", "since"]
    capital = next(place for place in places(2) if place.name == "Ouidaré")
    rows = [
        [
            acronym,
            name,
            kind,
            "; ".join(works),
            capital.name,
            _desk(acronym),
            rng.randint(1998, 2024),
        ]
        for acronym, (name, kind, works) in PARTNERS.items()
    ]
    return Table(header, rows)


def _desk(acronym: str) -> str:
    return f"sahelia@{acronym.lower().replace('&', '')}.example"


def contacts(rng: Random, roles: list[str], count: int, by_site: bool = False) -> Table:
    """Aid workers with their telephone numbers; with `by_site`, of communes."""
    header = ["organisation", "name", "function", "sector", "duty_station", "admin2_pcode"]
    header += ["telephone", "whatsapp", "satellite_phone", "e_mail", "call_sign", "updated"]
    rows = []
    for number in range(count):
        acronym = rng.choice(list(PARTNERS))
        _, _, works = PARTNERS[acronym]
        who, place = person(rng, 24, 60), weighted(rng, 3 if by_site else 2, 1)[0]
        desk = acronym.lower().replace("&", "")
        satellite = phone(rng) if place.severity >= 4 else ""
        row = [acronym, who.name, rng.choice(roles), rng.choice(works), place.name, place.names[3]]
        row += [phone(rng), rng.choice(["Yes", "No"]), satellite, address(who, desk)]
        rows.append([*row, f"{desk[:2].upper()} {number + 11}", day(rng, date(2026, 6, 1), TODAY)])
    return Table(header, rows)


def gbv_services(rng: Random, count: int) -> Table:
    """Services for survivors: who receives them, and where exactly."""
    kinds = ["Case management", "Clinical management of rape", "Psychosocial support"]
    kinds += ["Safe space for women and girls", "Legal counselling", "Temporary shelter"]
    hours_kept = ["Mon–Fri 08–16", "Every day 08–18", "24 h"]
    ways = ["Ask for the sewing workshop", "Behind the CSPS", "Through the school"]
    header = ["service_id", "service", "provider", *ADMIN, "opening_hours", "free", "female_staff"]
    header += ["open_to", "capacity_month", "referral_out"]
    header += ["latitude", "longitude", "focal_point", "telephone", "how_to_arrive"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        provider, hours = rng.choice(["R&D", "AFT", "HRO", "KHA"]), rng.choice(hours_kept)
        row: list[Any] = [f"GBV-{number:03}", rng.choice(kinds), provider, *place.names, hours]
        row += ["Yes", "Yes", rng.choice(["Women and girls", "All survivors", "Under 18"])]
        row += [rng.randint(8, 90), rng.choice(["Hospital", "Case management", "Legal aid"])]
        who = person(rng, 25, 58, sex="F")
        rows.append([*row, *place.point(rng)[::-1], who.name, phone(rng), rng.choice(ways)])
    return Table(header, rows)

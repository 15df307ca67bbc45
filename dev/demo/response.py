"""What is done about it, by whom, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.geography import ADMIN, ADMIN_HXL, week
from dev.demo.needs import SECTORS, in_need, targeted
from dev.demo.people import address, person, phone
from dev.demo.places import Place, country, places, weighted
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
        for acronym in _able(sector):
            fixed = Random(f"{place.pcode} {acronym} {sector}")
            if fixed.random() < 0.12 + 0.1 * place.severity:
                yield acronym, sector, fixed.choice(ACTIVITIES[sector])


def _able(sector: str) -> list[str]:
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


def access_constraints(rng: Random) -> Table:
    """Constraints of humanitarian access by district, 0 (none) to 4 (extreme)."""
    kinds = ["mouvement", "interference", "hostilites", "violence_contre_humanitaires"]
    kinds += ["engins_explosifs", "environnement_physique", "restriction_population"]
    header = [*ADMIN[:4], "periode", *kinds, "niveau_global", "classe"]
    hxl = [*ADMIN_HXL[:4], "#date", *(f"#access+{kind}" for kind in kinds)]
    names = ("Accessible", "Faible", "Modéré", "Élevé", "Extrême")
    rows: list[list[Any]] = []
    for place in places(2):
        marks = [max(0, min(4, round(rng.gauss(place.severity - 1.2, 0.8)))) for _ in kinds]
        overall = min(4, round((sum(marks) / len(marks) + max(marks)) / 2))
        rows.append([*place.names, "2026-10", *marks, overall, names[overall]])
    return Table(header, rows, [*hxl, "#access+level+num", "#access+level+name"])


def security_incidents(rng: Random, count: int) -> Table:
    """Incidents that concern aid workers, one a row, with place, actors and what happened."""
    kinds = {
        "Ambush on the road": "Two vehicles stopped by armed men; passengers free after {} hours.",
        "Theft of a vehicle": "Vehicle taken at gunpoint, found {} km away without its radio.",
        "Entry into a compound": "Armed men searched the office for {} hours and took laptops.",
        "Checkpoint demand": "Convoy asked for {}00,000 XSF; passed after the elders stepped in.",
        "Abduction": "Staff member held for {} days, released without harm.",
        "Threat by telephone": "{} calls to the base; message: end work with the other side.",
        "IED on a supply road": "Detonation {} km ahead of the convoy; movement suspended.",
    }
    header = ["incident_id", "date", "time", *ADMIN, "latitude", "longitude", "category"]
    header += ["organisation_affected", "staff_affected", "alleged_actor", "narrative"]
    header += ["reported_by", "operational_impact"]
    rows = []
    for number in range(1, count + 1):
        place, kind = weighted(rng, 3, 1)[0], rng.choice(list(kinds))
        when = day(rng, date(2026, 5, 1), date(2026, 10, 30))
        row = [f"SI-2026-{number:03}", when, f"{rng.randint(5, 21):02}:{rng.randint(0, 59):02}"]
        row += [*place.names, *place.point(rng)[::-1], kind, rng.choice(list(PARTNERS))]
        row += [pick(rng, {0: 5, 1: 4, 2: 2, 3: 1})]
        row.append(rng.choice(["Armed group A", "Armed group B", "Unknown", "Self-defence group"]))
        row += [kinds[kind].format(rng.randint(2, 9)), f"Access focal point, {place.names[0]}"]
        rows.append([*row, rng.choice(["None", "Movement suspended 48 h", "Base relocated"])])
    return Table(header, sorted(rows, key=lambda row: row[1]))


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


def distributions(rng: Random, count: int, routes: bool = False) -> Table:
    """Planned distributions; with `routes` also when which convoy passes where."""
    header = ["plan_id", "week", *ADMIN, "partner", "modality", "households", "people"]
    header += ["cereal_t", "pulses_t", "oil_t", "cash_xsf"]
    extra = ["distribution_date", "site", "departure", "route", "trucks", "escort", "cash_carrier"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        homes, monday = rng.randrange(80, 720, 10), week(rng.randint(46, 50))
        food = rng.random() < 0.65
        weights = [round(homes * kilos / 1000, 2) if food else 0 for kilos in (72, 13.5, 5.3)]
        cash = 0 if food else homes * 45_000
        row = [f"DP-{number:03}", monday, *place.names, rng.choice(["WFO", "BFI", "ADES", "JEV"])]
        row += ["In kind" if food else "Cash", homes, round(homes * 6.3), *weights, cash]
        rows.append(
            row + (_route(Random(f"route {number}"), place, monday, sum(weights)) if routes else [])
        )
    return Table(header + (extra if routes else []), sorted(rows, key=lambda row: (row[1], row[0])))


def _route(rng: Random, place: Place, monday: date, tonnes: float) -> list[Any]:
    held = monday + timedelta(days=rng.randint(0, 4))
    stops = dict.fromkeys(["Ouidaré", place.names[2], place.name])
    escort = "Yes" if place.severity >= 4 and rng.random() < 0.5 else "No"
    site = rng.choice(["École primaire", "Maison des jeunes", "Place du marché", "CSPS"])
    trucks = max(1, round(tonnes / 22))
    carrier = (
        "" if tonnes else rng.choice(["Mobile money agent", "Microfinance van", "Cash in transit"])
    )
    start = f"{rng.randint(5, 7):02}:{rng.choice(['00', '15', '30'])}"
    return [held, f"{site} {place.of}", start, " > ".join(stops), trucks, escort, carrier]


def stocks(rng: Random) -> Table:
    """What lies in which warehouse, at the end of the week."""
    goods = {
        "Cereal": 420,
        "Pulses": 74,
        "Oil": 31,
        "RUSF": 18,
        "NFI kits": 1300,
        "Tarpaulins": 2600,
    }
    header = ["warehouse", "organisation", *ADMIN[2:], "latitude", "longitude", "item", "quantity"]
    header += ["unit", "expires", "guards", "as_of"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, 14), 1):
        owner, where = rng.choice(["WFO", "BFI", "HRO", "NAW"]), place.point(rng)[::-1]
        guards = rng.randint(0, 6)
        for item, usual in goods.items():
            quantity = round(usual * rng.uniform(0, 1.6))
            unit = "t" if usual < 500 else "pieces"
            expires = day(rng, date(2026, 12, 1), date(2028, 3, 1)) if unit == "t" else ""
            row = [f"WH{number:02} {place.name}", owner, *place.names[2:], *where, item, quantity]
            rows.append([*row, unit, expires, guards, TODAY - timedelta(days=2)])
    return Table(header, rows)


def gbv_services(rng: Random, count: int, focal_points: bool = False) -> Table:
    """Services for survivors; with `focal_points` also who receives them, and where exactly."""
    kinds = ["Case management", "Clinical management of rape", "Psychosocial support"]
    kinds += ["Safe space for women and girls", "Legal counselling", "Temporary shelter"]
    header = ["service_id", "service", "provider", *ADMIN, "opening_hours", "free", "female_staff"]
    header += ["open_to", "capacity_month", "referral_out"]
    extra = ["latitude", "longitude", "focal_point", "telephone", "how_to_arrive"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        row: list[Any] = [
            f"GBV-{number:03}",
            rng.choice(kinds),
            rng.choice(["R&D", "AFT", "HRO", "KHA"]),
        ]
        row += [
            *place.names,
            rng.choice(["Mon–Fri 08–16", "Every day 08–18", "24 h"]),
            "Yes",
            "Yes",
        ]
        row += [rng.choice(["Women and girls", "All survivors", "Under 18"]), rng.randint(8, 90)]
        row.append(rng.choice(["Hospital", "Case management", "Legal aid"]))
        arrive = rng.choice(
            ["Ask for the sewing workshop", "Behind the CSPS", "Through the school"]
        )
        who = person(rng, 25, 58, sex="F")
        exact = [*place.point(rng)[::-1], who.name, phone(rng), arrive]
        rows.append(row + (exact if focal_points else []))
    return Table(header + (extra if focal_points else []), rows)


def minutes(rng: Random) -> dict[str, Table]:
    """Minutes of an inter-cluster meeting: who came, what was said and decided, who does what."""
    present = [
        [person(rng, 28, 58).name, rng.choice(_able(sector)), f"Coordination {french}"]
        for sector, (french, _) in SECTORS.items()
    ]
    points = [
        ["Suivi", "Compte rendu du 8 octobre adopté sans modification."],
        [
            "Accès",
            f"L'axe {places(2)[1].name} – {places(2)[2].name} reste fermé depuis le 12 octobre ; "
            "deux partenaires ont suspendu leurs cliniques ; ils demandent à ne pas être cités.",
        ],
        ["Sécurité alimentaire", "Pipeline : rupture des légumineuses attendue semaine 50."],
        [
            "Protection",
            "Hausse des enlèvements sur l'axe sud-est ; les chiffres par commune restent "
            "dans le cluster.",
        ],
        ["HNO 2027", "Chiffres par district à valider par l'EHP le 26 novembre."],
        [
            "Partage des données",
            "Le GT gestion de l'information révise la classification avant fin "
            "décembre ; demande d'abaisser le niveau du 5W Nutrition à examiner.",
        ],
    ]
    duties = [
        ["Note d'accès conjointe", "Bureau de coordination", date(2026, 11, 6), "Ouvert"],
        ["Liste des partenaires par district, sans noms", "GT IM", date(2026, 11, 9), "Ouvert"],
        ["Plan de prépositionnement", "Sécurité alimentaire", date(2026, 11, 13), "En cours"],
        ["Retour sur la classification des données", "Tous", date(2026, 12, 11), "Ouvert"],
    ]
    about = [["Réunion", "Groupe de coordination intercluster (ICCG)"], ["Date", "29 octobre 2026"]]
    about += [["Lieu", "Ouidaré et en ligne"], ["Présidence", "Bureau de coordination humanitaire"]]
    return {
        "Réunion": Table(["Rubrique", "Texte"], about),
        "Présents": Table(["Nom", "Organisation", "Fonction"], present),
        "Points": Table(["Point", "Discussion et décision"], points),
        "Actions": Table(["Action", "Responsable", "Échéance", "État"], duties),
    }


def funding(rng: Random) -> Table:
    """Requirements and funding of the 2026 plan by sector."""
    header = [
        "plan",
        "country",
        "sector",
        "requirement_usd",
        "funding_usd",
        "coverage_pct",
        "as_of",
    ]
    hxl = ["#response+name", "#country+code", "#sector", "#value+requirement+usd"]
    hxl += ["#value+funding+usd", "#value+funding+pct", "#date"]
    rows = []
    for sector in SECTORS:
        people = sum(targeted(place, sector) for place in places(2))
        asked = int(round(people * rng.uniform(38, 104), -4))
        given = round(asked * rng.uniform(0.11, 0.58))
        rows.append(
            ["HRP 2026", country().pcode, sector, asked, given, round(100 * given / asked), TODAY]
        )
    return Table(header, rows, hxl)

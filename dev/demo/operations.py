"""What stands in the way, what is planned and agreed, what lies in store, what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.geography import ADMIN, ADMIN_HXL, week
from dev.demo.needs import SECTORS, targeted
from dev.demo.people import person
from dev.demo.places import Place, country, places, weighted
from dev.demo.presence import PARTNERS, able
from dev.demo.sheets import Table


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


def minutes(rng: Random) -> dict[str, Table]:
    """Minutes of an inter-cluster meeting: who came, what was said and decided, who does what."""
    present = [
        [person(rng, 28, 58).name, rng.choice(able(sector)), f"Coordination {french}"]
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

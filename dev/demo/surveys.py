"""Surveys by household: raw answers, measurements, and what is made of them. All invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from dev.demo.chance import day, pick, uuid
from dev.demo.geography import ADMIN
from dev.demo.needs import GROUPS
from dev.demo.people import person, phone
from dev.demo.places import Place, places, weighted
from dev.demo.sheets import Table

SAMPLED = dict(zip(GROUPS, (50, 36, 14), strict=True))
SURVEY = (date(2026, 6, 8), date(2026, 7, 11))


def _answers(rng: Random, place: Place) -> dict[str, Any]:
    """What a household says of food, water, health and safety; worse where needs are greater."""
    hard = place.severity / 5
    score = max(8.0, min(98.0, rng.gauss(62 - 26 * hard, 16)))
    return {
        "hh_size": max(1, round(rng.gauss(6.4, 2.6))),
        "hoh_sex": pick(rng, {"F": 24 + 14 * hard, "M": 76}),
        "hoh_age": rng.randint(18, 79),
        "disability_wgss3": pick(rng, {"No": 88, "Yes": 12}),
        "fcs": round(2 * score) / 2,
        "fcs_group": "Poor" if score <= 28 else "Borderline" if score <= 42 else "Acceptable",
        "rcsi": max(0, round(rng.gauss(6 + 16 * hard, 7))),
        "hhs": pick(rng, {0: 60, 1: 14, 2: 9 * hard, 3: 9 * hard, 4: 5 * hard, 5: 2 * hard}),
        "water_source": pick(rng, {"Borehole": 5, "Protected well": 3, "Surface water": 2 * hard}),
        "water_minutes": max(0, round(rng.gauss(22 + 30 * hard, 18))),
        "children_out_of_school": pick(rng, {0: 6, 1: 2 * hard, 2: 2 * hard, 3: hard}),
        "unmet_health_need": pick(rng, {"No": 8, "Yes": 3 * hard}),
        "safety_concern_women": pick(rng, {"None": 8, "Markets": hard, "Water": 2 * hard}),
        "income_main": rng.choice(["Farming", "Livestock", "Petty trade", "Daily labour", "Aid"]),
        "debt_xsf": rng.choice([0, 0, 0, 5, 10, 15, 25, 40, 75]) * 1000,
    }


def disaggregated(rng: Random, count: int) -> Table:
    """Answers by household with group, sex and age of its head; no name, no place below level 3."""
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        group = pick(rng, SAMPLED)
        answers = _answers(rng, place)
        age = answers.pop("hoh_age")
        answers["hoh_age"] = "18-34" if age < 35 else "35-59" if age < 60 else "60+"
        weight = round(rng.uniform(0.31, 2.6), 4)
        rows.append([f"H{number:05}", *place.names, group, *answers.values(), weight])
    return Table(["hh", *ADMIN, "population_group", *answers, "weight"], rows)


def microdata(rng: Random, count: int) -> Table:
    """Raw answers as collected: interviewer, hour, place to the metre, name and telephone."""
    rows = []
    for place in weighted(rng, 3, count):
        who, answers = person(rng), _answers(rng, place)
        answers |= {"hoh_sex": who.sex, "hoh_age": who.age}
        began, ended = _interview(rng, SURVEY)
        group, where = (
            pick(rng, SAMPLED),
            place.point(rng)[::-1],
        )
        row = [
            uuid(rng),
            began,
            ended,
            f"ENUM{place.pcode[3]}{rng.randint(1, 4)}",
            *place.names,
            *where,
        ]
        rows.append([*row, who.name, phone(rng), group, *answers.values(), rng.choice(REMARKS)])
    header = ["uuid", "start", "end", "enumerator", *ADMIN, "latitude", "longitude"]
    header += ["respondent_name", "respondent_phone", "population_group", *answers, "comments"]
    return Table(header, sorted(rows, key=lambda row: row[1]))


REMARKS = (
    "",
    "",
    "",
    "Head of the family away since the attack",
    "Asked when the distribution will be; no promise made",
    "Interview cut short, armed men near the well",
    "Hosts two families of relatives from the north",
    "Says that the committee asked for money to be on the list",
)


def _interview(rng: Random, period: tuple[date, date]) -> tuple[datetime, datetime]:
    when = day(rng, *period)
    began = datetime(when.year, when.month, when.day, rng.randint(7, 16), rng.randint(0, 59))
    return began, began + timedelta(minutes=rng.randint(28, 74), seconds=rng.randint(0, 59))


def kobo(rng: Random, count: int, region: str) -> Table:
    """A rapid assessment as KoBo exports it, group names and metadata included."""
    header = ["start", "end", "deviceid", "username", "consent", "lieu/region", "lieu/district"]
    header += ["lieu/commune", "lieu/site_nom", "_gps_latitude", "_gps_longitude", "_gps_precision"]
    header += ["ic/nom", "ic/sexe", "ic/fonction", "ic/telephone", "mvt/nb_menages_arrives"]
    header += ["mvt/provenance", "mvt/cause", "besoins/priorite_1", "besoins/priorite_2"]
    header += ["protection/incidents", "protection/detail", "_id", "_uuid", "_submission_time"]
    header += ["_validation_status", "_index"]
    needs = ["Eau", "Vivres", "Abris", "Santé", "Protection", "Articles ménagers"]
    details = ["", "", "", "Deux adolescentes non revenues du puits", "Tirs la nuit du 24 au 25"]
    details += ["Hommes retenus au poste de contrôle", "Bétail emporté, deux blessés"]
    rows: list[list[Any]] = []
    for number, place in enumerate(weighted(rng, 3, count, [region]), 1):
        began, ended = _interview(rng, (date(2026, 10, 26), date(2026, 10, 31)))
        who, team, first = person(rng, 25, 70), rng.randint(1, 5), rng.choice(needs)
        office = rng.choice(
            ["Chef de village", "Chef de quartier"] if who.sex == "M" else ["Relais"]
        )
        row = [began, ended, f"ee.demo:{Random(team).getrandbits(36):09x}", f"equipe{team}", "oui"]
        row += [place.line[0].pcode, place.line[1].pcode, place.pcode]
        row += [f"{rng.choice(['Quartier', 'Campement', 'Site'])} {rng.randint(1, 6)} {place.name}"]
        row += [*place.point(rng)[::-1], round(rng.uniform(3, 12), 1), who.name, who.sex, office]
        row += [phone(rng), rng.randint(4, 260), weighted(rng, 3, 1, [region])[0].name]
        row += [pick(rng, {"attaque": 7, "menace": 3}), first]
        row += [rng.choice([need for need in needs if need != first])]
        detail = rng.choice(details)
        row += ["oui" if detail else "non", detail, 412_700 + number, uuid(rng)]
        rows.append([*row, ended + timedelta(minutes=rng.randint(2, 600)), "", number])
    return Table(header, rows)


def measurements(rng: Random, clusters: int) -> Table:
    """Children of 6 to 59 months, measured in a SMART survey, in the columns of ENA."""
    header = ["SURVDATE", "CLUSTER", "TEAM", "ID", "HH", "CHILD_NAME", "CAREGIVER", "SEX"]
    header += ["BIRTHDAT", "MONTHS", "WEIGHT", "HEIGHT", "EDEMA", "MUAC", "MEASURE", "COMMUNE"]
    rows: list[list[Any]] = []
    for cluster, place in enumerate(weighted(rng, 3, clusters), 1):
        surveyed, team = day(rng, date(2026, 8, 17), date(2026, 9, 5)), rng.randint(1, 6)
        for household in range(1, rng.randint(6, 10)):
            carer = person(rng, 18, 45, sex="F")
            for _ in range(rng.randint(1, 2)):
                sex, months = rng.choice("mf"), rng.randint(6, 59)
                child = person(rng, 1, 4, sex={"m": "M", "f": "F"}[sex], family=carer.family)
                born = surveyed - timedelta(days=round(months * 30.44 + rng.randint(0, 29)))
                row = [surveyed, cluster, team, len(rows) + 1, household, child.given, carer.name]
                row += [sex, born if rng.random() < 0.7 else "", months, *_body(rng, months, sex)]
                rows.append([*row, "l" if months < 24 else "h", place.name])
    return Table(header, rows)


def _body(rng: Random, months: int, sex: str) -> list[Any]:
    """Weight in kg, height in cm, oedema, mid-upper arm in mm: about one z-score below the norm."""
    thin = rng.gauss(-0.95, 1.02)
    height = 65.5 + 1.32 * (months - 6) - 0.0085 * (months - 6) ** 2 + rng.gauss(-3.4, 3.3)
    usual = 0.000208 * height**2.476 + (1.15 if sex == "m" else 0.95)
    swollen = "y" if rng.random() < 0.006 else "n"
    weight = usual * (1 + 0.088 * thin)
    return [round(weight, 1), round(height, 1), swollen, round(143 + 10.5 * thin + months / 9)]


def after_distribution(rng: Random, count: int = 0) -> Table:
    """Monitoring after a distribution: by district, or by household where a count is given."""
    if count:
        return _after_by_household(rng, count)
    header = [*ADMIN[:4], "households_interviewed", "received_full_pct", "satisfied_pct"]
    header += ["paid_to_receive_pct", "felt_unsafe_pct", "used_for_food_pct", "poor_fcs_pct"]
    rows = []
    for place in (place for place in places(2) if place.severity >= 3):
        shares = [rng.uniform(78, 97), rng.uniform(69, 93), rng.uniform(0.5, 6)]
        shares += [rng.uniform(2, 4 * place.severity), rng.uniform(55, 81), rng.uniform(9, 33)]
        rows.append([*place.names, rng.randint(38, 121), *(round(share, 1) for share in shares)])
    return Table(header, rows)


def _after_by_household(rng: Random, count: int) -> Table:
    header = ["hh", *ADMIN, "modality", "hoh_sex", "hh_size", "amount_received_xsf"]
    header += ["fees_paid_xsf", "travel_minutes", "felt_unsafe", "used_for", "fcs"]
    header += ["would_prefer", "complaint_made"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        answers = _answers(rng, place)
        amount = 45_000 if rng.random() < 0.9 else 30_000
        row = [f"PDM{number:04}", *place.names, "Cash", answers["hoh_sex"], answers["hh_size"]]
        row += [amount, pick(rng, {0: 90, 1000: 6, 5000: 2}), rng.randint(5, 180)]
        row += [pick(rng, {"No": 100 - 4 * place.severity, "Yes": 4 * place.severity})]
        row += [rng.choice(["Food", "Food", "Debt", "School fees", "Health"]), answers["fcs"]]
        row += [rng.choice(["Cash", "In kind", "Mixed"]), pick(rng, {"No": 9, "Yes": 1})]
        rows.append(row)
    return Table(header, rows)

"""What people need: overview, food security, prices, displacement, disease, survey results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.geography import ADMIN, ADMIN_HXL, VALID_ON, week
from dev.demo.places import Place, places, weighted
from dev.demo.sheets import Table

# Sector (English, French) and its people in need as a share of all people in need.
SECTORS = {
    "Food Security": ("Sécurité alimentaire", 0.74),
    "Health": ("Santé", 0.61),
    "Nutrition": ("Nutrition", 0.38),
    "Protection": ("Protection", 0.55),
    "WASH": ("Eau, hygiène et assainissement", 0.63),
    "Education": ("Éducation", 0.42),
    "Shelter and NFI": ("Abris et articles ménagers essentiels", 0.27),
}
IN_NEED = {1: 0.07, 2: 0.15, 3: 0.31, 4: 0.52, 5: 0.71}
GROUPS = {"Host community": 0.0, "Internally displaced": 0.6, "Returnees": 0.3}


def in_need(place: Place) -> int:
    return round(place.population * IN_NEED[place.severity] * Random(place.pcode).uniform(0.9, 1.1))


def sector_need(place: Place, sector: str) -> int:
    share = SECTORS[sector][1] * Random(f"{place.pcode} {sector}").uniform(0.85, 1.15)
    return round(in_need(place) * share)


def targeted(place: Place, sector: str) -> int:
    return round(sector_need(place, sector) * Random(f"plan {sector}").uniform(0.52, 0.78))


def overview_national(rng: Random) -> Table:
    """People in need and targeted by sector, for the whole country."""
    header = ["sector", "secteur", "in_need", "in_need_women_pct", "in_need_children_pct"]
    header += ["in_need_disability_pct", "targeted", "year"]
    hxl = ["#sector+name+en", "#sector+name+fr", "#inneed", "#inneed+f+pct", "#inneed+children+pct"]
    hxl += ["#inneed+disabled+pct", "#targeted", "#date+year"]
    rows: list[list[Any]] = []
    for sector, (french, _) in SECTORS.items():
        need = sum(sector_need(place, sector) for place in places(2))
        target = sum(targeted(place, sector) for place in places(2))
        shares = [rng.randint(50, 53), rng.randint(53, 58), 15]
        rows.append([sector, french, need, *shares, target, 2027])
    need = sum(map(in_need, places(2)))
    target = round(need * 0.66)
    rows.append(["Intersectoral", "Intersectoriel", need, 52, 55, 15, target, 2027])
    return Table(header, rows, hxl)


def overview_district(rng: Random) -> Table:
    """People in need by sector and district, with the intersectoral severity."""
    header = [*ADMIN[:4], "population", "severity", "in_need"]
    hxl = [*ADMIN_HXL[:4], "#population", "#severity", "#inneed"]
    for sector in SECTORS:
        header.append(f"in_need_{sector.lower().replace(' ', '_')}")
        hxl.append(f"#inneed+sector_{sector.lower().split()[0]}")
    rows = [
        [
            *place.names,
            place.population,
            place.severity,
            in_need(place),
            *(sector_need(place, sector) for sector in SECTORS),
        ]
        for place in places(2)
    ]
    return Table(header, rows, hxl)


def food_insecurity(rng: Random) -> Table:
    """People by phase of acute food insecurity, now and projected; phases add up to the people.

    Those in phase 3 or worse in the projection are the people in need of the Food Security sector.
    """
    header = ["analysis", "period_from", "period_to", *ADMIN[:4], "population", "overall_phase"]
    header += [*(f"phase{n}" for n in range(1, 6)), "phase3_plus"]
    hxl = ["#meta+analysis", "#date+start", "#date+end", *ADMIN_HXL[:4], "#population"]
    hxl += [
        "#severity+phase",
        *(f"#affected+phase{n}" for n in range(1, 6)),
        "#affected+phase3plus",
    ]
    rows = []
    for name, first, last, part in (
        ("Current", date(2026, 10, 1), date(2026, 12, 31), 0.68),
        ("Projected", date(2027, 6, 1), date(2027, 8, 31), 1.0),
    ):
        for place in places(2):
            phases = _phases(rng, place, part)
            overall = max(n + 1 for n in range(5) if sum(phases[n:]) >= 0.2 * place.population)
            row = [name, first, last, *place.names, place.population, overall]
            rows.append([*row, *phases, sum(phases[2:])])
    return Table(header, rows, hxl)


def _phases(rng: Random, place: Place, part: float) -> list[int]:
    need = round(sector_need(place, "Food Security") * part)
    catastrophe = round(need * 0.006, -2) if part == 1 and place.severity == 5 else 0
    emergency = round(need * 0.07 * (place.severity - 1), -2)
    stressed = round((place.population - need) * rng.uniform(0.25, 0.36), -2)
    upper = [int(stressed), int(need - emergency - catastrophe), int(emergency), int(catastrophe)]
    return [place.population - sum(upper), *upper]


def food_prices(rng: Random, first_year: int = 2025) -> Table:
    """Monthly retail prices in markets, in Sahelian francs and dollars."""
    goods = {
        ("cereals and tubers", "Millet", "KG"): 265,
        ("cereals and tubers", "Sorghum (local)", "KG"): 240,
        ("cereals and tubers", "Rice (imported)", "KG"): 455,
        ("pulses and nuts", "Cowpeas (niébé)", "KG"): 510,
        ("oil and fats", "Oil (vegetable)", "L"): 1150,
    }
    header = ["date", *ADMIN[:1], *ADMIN[2:3], "market", "latitude", "longitude", "category"]
    header += ["commodity", "unit", "priceflag", "pricetype", "currency", "price", "usdprice"]
    hxl = ["#date", "#adm1+name", "#adm2+name", "#loc+market+name", "#geo+lat", "#geo+lon"]
    hxl += ["#item+type", "#item+name", "#item+unit", "#item+price+flag", "#item+price+type"]
    hxl += ["#currency", "#value", "#value+usd"]
    rows = []
    for market in places(2)[::3]:
        for (category, good, unit), usual in goods.items():
            level = usual * (0.86 + 0.06 * market.severity)
            for month in _months(first_year):
                lean = 1.12 if month.month in (6, 7, 8) else 0.97
                level *= rng.uniform(0.985, 1.026)
                price = 5 * round(level * lean * rng.uniform(0.97, 1.03) / 5)
                where = [market.names[0], market.names[2], market.name, *market.centre[::-1]]
                what = [category, good, unit, "actual", "Retail", "XSF", price]
                rows.append([month, *where, *what, round(price / 604.5, 4)])
    return Table(header, rows, hxl)


def _months(first_year: int) -> Iterator[date]:
    for year in range(first_year, 2027):
        yield from (date(year, m, 15) for m in range(1, 13) if date(year, m, 15) < TODAY)


def displaced(rng: Random) -> Table:
    """Internally displaced persons present in each district at the end of each month."""
    header = ["mois", *ADMIN[:4], "pdi_presentes", "menages_pdi", "retournes"]
    header += ["region_origine_principale", "cause_principale"]
    hxl = ["#date+month", *ADMIN_HXL[:4], "#affected+idps+ind", "#affected+idps+hh"]
    hxl += ["#affected+returnees+ind", "#adm1+origin+name", "#cause"]
    rows = []
    origins = [place.name for place in places(1) if place.severity >= 4]
    for place in places(2):
        present = round(place.population * 0.017 * place.severity**1.3)
        back, cause = present * rng.uniform(0.02, 0.13), pick(rng, {"Conflit": 13, "Inondation": 4})
        origin = place.names[0] if place.names[0] in origins else rng.choice(origins)
        for month in _months(2026):
            present = round(present * rng.uniform(0.985, 1.045))
            back *= rng.uniform(0.97, 1.06)
            row = [f"{month:%Y-%m}", *place.names, present, round(present / 6.4), round(back)]
            rows.append([*row, origin, cause if place.severity < 4 else "Conflit"])
    return Table(header, rows, hxl)


def displacement_sites(rng: Random) -> Table:
    """Sites of displaced people with place, size and services."""
    header = ["site_id", "site_name", "site_type", *ADMIN, "latitude", "longitude", "households"]
    header += ["individuals", "opened", "manager", "main_origin", "litres_person_day"]
    header += ["persons_per_latrine", "shelter_damaged_pct", "nearest_health_km", "eviction_risk"]
    rows = []
    origins = [place.name for place in places(2) if place.severity >= 4]
    for number, place in enumerate(weighted(rng, 3, 96), 1):
        homes = round(rng.lognormvariate(5.1, 0.8))
        kind = pick(rng, {"Spontaneous": 7, "Planned": 3, "Collective centre": 2})
        name = f"{rng.choice(['Secteur', 'Site', 'Zone', 'Quartier'])} {number} – {place.name}"
        row = [f"SITE-{number:03}", name, kind, *place.names, *place.point(rng)[::-1], homes]
        row += [round(homes * rng.uniform(5.6, 7.2)), day(rng, date(2020, 3, 1), date(2026, 8, 30))]
        row += [rng.choice(["Committee", "NGO", "Authorities", "None"]), rng.choice(origins)]
        row += [round(rng.uniform(4, 19), 1), rng.randint(22, 141), rng.randint(5, 68)]
        rows.append([*row, round(rng.uniform(0.3, 17), 1), rng.choice(["Low", "Medium", "High"])])
    return Table(header, rows)


INDICATORS = {
    "Poor food consumption score": (0.11, 0.07),
    "Crisis or emergency coping (LCSI)": (0.22, 0.08),
    "No access to an improved water source": (0.14, 0.06),
    "More than 30 minutes to fetch water": (0.2, 0.05),
    "Open defecation": (0.31, 0.05),
    "A child aged 6–17 not in school": (0.24, 0.09),
    "Unmet health care need in the last 3 months": (0.13, 0.05),
    "Shelter damaged or makeshift": (0.08, 0.08),
    "Safety concerns for women and girls": (0.09, 0.08),
    "No identity document for at least one member": (0.17, 0.05),
}


def survey_national(rng: Random) -> Table:
    """Survey results for the country by group of people, with confidence intervals."""
    header = ["indicator", "population_group", "households_interviewed", "pct", "ci_low", "ci_high"]
    hxl = ["#indicator+name", "#group", "#meta+sample", "#indicator+pct", "#indicator+pct+min"]
    samples = dict(zip(GROUPS, (3118, 2274, 851), strict=True))
    rows = [
        [indicator, group, samples[group], *_estimate(rng, low + rise * (1.5 + w), samples[group])]
        for indicator, (low, rise) in INDICATORS.items()
        for group, w in GROUPS.items()
    ]
    return Table(header, rows, [*hxl, "#indicator+pct+max"])


def _estimate(rng: Random, share: float, sample: int) -> list[float]:
    """Percentage with a 95 per cent interval, for a cluster design of effect 1.5."""
    share = min(0.94, max(0.02, share * rng.uniform(0.88, 1.12)))
    reach = 1.96 * (share * (1 - share) * 1.5 / sample) ** 0.5
    return [round(100 * x, 1) for x in (share, max(0, share - reach), min(1, share + reach))]


def diseases(rng: Random, last_week: int = 43) -> Table:
    """Suspected cases and deaths by district, week and disease under surveillance."""
    usual = {
        "Measles": 2.6,
        "Cholera (suspected)": 0.25,
        "Meningitis": 0.7,
        "Dengue": 1.6,
    }
    header = ["epi_week", "week_start", *ADMIN[:4], "disease", "cases", "deaths"]
    hxl = ["#date+week", "#date+start", *ADMIN_HXL[:4], "#cause+disease", "#affected+infected"]
    rows = []
    for number in range(last_week - 11, last_week + 1):
        for place in places(2):
            for disease, mean in usual.items():
                wet = 4.0 if disease.startswith("Cholera") and place.severity >= 4 else 1.0
                cases = max(0, round(rng.gauss(mean * place.severity / 2 * wet, 1.8)))
                deaths = sum(rng.random() < 0.021 for _ in range(cases))
                row = [f"2026-W{number}", week(number), *place.names, disease]
                rows.append([*row, cases, deaths])
    return Table(header, rows, [*hxl, "#affected+killed"])


def overview_draft(rng: Random) -> dict[str, Table]:
    """District figures with a sheet that says how they were made."""
    notes = [
        ["Status", "DRAFT – not endorsed; do not quote before the HCT has met on 26 November 2026"],
        ["Method", "JIAF 2, intersectoral severity by district; needs by sector from the clusters"],
        ["Population", f"COD-PS valid on {VALID_ON}"],
        ["Contact", "im@hco-sahelia.example"],
    ]
    return {"README": Table(["Item", "Text"], notes), "PIN_ADM2": overview_district(rng)}

"""Registers of persons: who is assisted, ill, looked after or has called. All invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.chance import TODAY, day, pick
from dev.demo.geography import ADMIN
from dev.demo.people import Person, person, phone
from dev.demo.places import places, weighted
from dev.demo.sheets import Table


def beneficiaries(rng: Random, count: int, regions: Sequence[str]) -> Table:
    """People registered for assistance, with what identifies them."""
    header = ["id_enregistrement", "nom", "prenom", "sexe", "date_naissance", "no_piece_identite"]
    header += ["telephone", *ADMIN, "site_quartier", "statut", "taille_menage", "femmes_enceintes"]
    header += ["critere_vulnerabilite", "modalite", "montant_xsf", "compte_mobile"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count, regions), 1):
        who, size, mobile = person(rng), rng.randint(1, 13), phone(rng)
        card = f"XS{rng.randint(10**8, 10**9 - 1)}" if rng.random() < 0.8 else ""
        row = [f"XSC-26-{number:05}", who.family, who.given, who.sex, who.born, card, mobile]
        row += [*place.names, f"Secteur {rng.randint(1, 9)}"]
        row += [pick(rng, {"PDI": 6, "Hôte": 3, "Retourné": 1}), size]
        row += [pick(rng, {0: 7, 1: 3}) if size > 1 else 0, _criterion(rng, who, size)]
        rows.append([*row, "Mobile money", 15_000 + 5_000 * min(size, 8), mobile.replace(" ", "")])
    return Table(header, rows)


def _criterion(rng: Random, who: Person, size: int) -> str:
    fitting = ["Personne handicapée", "Sans moyens de subsistance"]
    fitting += ["Femme cheffe de ménage"] * 2 if who.sex == "F" else []
    fitting += ["Personne âgée"] * 3 if who.age >= 60 else []
    fitting += ["Ménage de plus de dix personnes"] * 3 if size > 10 else []
    return rng.choice(fitting)


def line_list(rng: Random, count: int) -> Table:
    """Suspected cholera, one patient a row."""
    header = ["case_id", "epi_week", "patient_name", "age_years", "sex", *ADMIN, "quarter"]
    header += ["contact_phone", "onset", "admitted", "facility", "dehydration", "rdt", "culture"]
    header += ["outcome", "contacts_listed"]
    wet = [place for place in places(3) if place.severity >= 4]
    rows = []
    for number, late in enumerate(sorted(rng.randint(0, 86) for _ in range(count)), 1):
        place, onset = rng.choice(wet), date(2026, 8, 3) + timedelta(days=late)
        who, rdt = person(rng, 1, 70), pick(rng, {"Positive": 5, "Negative": 3, "Not done": 3})
        row = [f"CHO-{number:04}", f"2026-W{onset.isocalendar().week}", who.name, who.age, who.sex]
        row += [*place.names, f"Quartier {rng.randint(1, 7)}", phone(rng), onset]
        row += [onset + timedelta(days=rng.randint(0, 2)), f"CTC {place.names[2]}"]
        row += [rng.choice(["A", "B", "B", "C"]), rdt, "Pending" if rdt == "Positive" else ""]
        ended = {"Discharged": 88, "Died": 2.4, "Left": 2} if late < 80 else {"Admitted": 1}
        rows.append([*row, pick(rng, ended), rng.randint(0, 11)])
    return Table(header, rows)


def children(rng: Random, count: int) -> Table:
    """Unaccompanied and separated children in case management."""
    header = ["no_dossier", "prenom", "nom", "sexe", "age", "categorie", *ADMIN, "gardien_actuel"]
    header += ["telephone_gardien", "provenance", "separation", "recherche_familiale", "risque"]
    header += ["gestionnaire_cas", "prochaine_visite", "note"]
    notes = ["", "Dit avoir vu l'enlèvement de son frère", "Demande à ne pas retourner au site"]
    notes += ["Mère localisée, réunification prévue", "Suivi psychosocial chaque semaine"]
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        child, keeper = person(rng, 3, 17), person(rng, 30, 66)
        kinds = {"Séparé": 6, "Non accompagné": 3, "Sorti de groupe armé": int(child.age > 12)}
        row: list[Any] = [
            f"PE-{place.pcode[2:4]}-{number:04}",
            child.given,
            child.family,
            child.sex,
        ]
        row += [child.age, pick(rng, kinds), *place.names, keeper.name, phone(rng)]
        row += [rng.choice(places(2)).name, day(rng, date(2025, 9, 1), date(2026, 10, 1))]
        row += [rng.choice(["En cours", "Aboutie"]), rng.choice(["Moyen", "Élevé", "Urgent"])]
        row += [f"GC{rng.randint(1, 9):02}", TODAY + timedelta(days=rng.randint(1, 30))]
        rows.append([*row, rng.choice(notes)])
    return Table(header, rows)


CALLS = {
    "Question": [
        "Demande la date de la prochaine distribution à {place}.",
        "Veut savoir pourquoi son nom n'est plus sur la liste.",
        "Carte perdue ; demande où la remplacer.",
        "Demande si la clinique mobile revient à {place} cette semaine.",
    ],
    "Plainte": [
        "Dit qu'un membre du comité, {who}, a pris 5 000 XSF pour inscrire sa famille.",
        "A reçu 30 000 XSF au lieu de 45 000 le jour du paiement.",
        "Le point d'eau de {place} est en panne depuis trois semaines.",
    ],
    "Plainte – sensible": [
        "Signale des avances d'un agent à {place} contre un coupon ; demande qu'on rappelle.",
        "Dit que le gardien {who} exige de l'argent des filles au forage.",
    ],
    "Remerciement": ["Remercie l'équipe venue à {place}."],
    "Sécurité": [
        "Annonce des hommes armés sur la route de {place} ce matin.",
        "Dit que {who} a été emmené hier soir ; la famille n'a pas de nouvelles.",
    ],
}


def feedback(rng: Random, count: int) -> Table:
    """Calls to the hotline as written down, before anybody has read them for what they contain."""
    header = ["no_appel", "recu_le", "canal", "langue", "sexe", "age", "nom", "telephone"]
    header += ["commune", "categorie", "texte", "oriente_vers", "statut"]
    often = dict(zip(CALLS, (9, 5, 1, 2, 1), strict=True))
    days = sorted(day(rng, date(2026, 10, 1), date(2026, 10, 31)) for _ in range(count))
    rows = []
    for number, place in enumerate(weighted(rng, 3, count), 1):
        who, kind = person(rng), pick(rng, often)
        other = person(rng, 30, 60, sex="M").name
        row: list[Any] = [f"LV-{number:04}", days[number - 1]]
        row += [rng.choice(["Ligne verte", "Bureau", "Boîte"]), rng.choice(["Local", "Français"])]
        row += [who.sex, who.age, *_caller(rng, who), place.name, kind]
        row.append(rng.choice(CALLS[kind]).format(place=place.name, who=other))
        sent = "PEAS" if kind.endswith("sensible") else rng.choice(["Programme", "Coordination"])
        rows.append([*row, sent, rng.choice(["Ouvert", "Clos", "Clos"])])
    return Table(header, rows)


def _caller(rng: Random, who: Person) -> list[str]:
    return ["Anonyme", ""] if rng.random() < 0.25 else [who.name, phone(rng)]

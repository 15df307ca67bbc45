"""Persons who do not exist: common given names, invented family names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import yaml

from dev.demo.chance import TODAY, pick

NAMES = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Person:
    given: str
    family: str
    sex: str
    born: date

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def age(self) -> int:
        return (TODAY - self.born).days // 365


def person(
    rng: Random, youngest: int = 18, oldest: int = 74, sex: str = "", family: str = ""
) -> Person:
    """Someone of an age in years; of this sex and family if given."""
    sex = sex or pick(rng, {"F": 57, "M": 43})
    born = TODAY - timedelta(days=rng.randint(youngest * 365 + 20, oldest * 365 + 200))
    return Person(rng.choice(NAMES[sex]), family or rng.choice(NAMES["families"]), sex, born)


def phone(rng: Random) -> str:
    """A number under +999, which the ITU has given to no country."""
    pairs = [str(rng.randint(70, 79)), *(f"{rng.randint(0, 99):02}" for _ in range(3))]
    return f"+999 {' '.join(pairs)}"


def address(who: Person, domain: str) -> str:
    """A mail address that no server can have."""
    plain = unicodedata.normalize("NFKD", f"{who.given[0]}.{who.family}").encode("ascii", "ignore")
    return f"{plain.decode().lower()}@{domain}.example"

"""Reads `catalogue.yaml`: who is there, by which protocols, what they send, and do afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

PROTOCOLS = Path(__file__).with_name("protocols")

Role = Literal["sysadmin", "admin", "editor", "member", "visitor"]


@dataclass(frozen=True)
class Organisation:
    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Persona:
    """Someone who can log in. The role is the one in the organisation, where there is one."""

    name: str
    fullname: str
    role: Role
    about: str
    organisation: str = ""


@dataclass(frozen=True)
class File:
    """A file to be made: `recipe` is a function of `dev.demo.files.RECIPES`."""

    name: str
    title: str
    recipe: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def format(self) -> str:
        suffix = Path(self.name).suffix[1:]
        return "GeoJSON" if suffix == "geojson" else suffix.upper()


@dataclass(frozen=True)
class Dataset:
    """A dataset as its data manager sends it. `ask` holds the exposure fields that are sent.

    :param files: added as resources
    :param restricted: kept in the restricted store
    """

    by: str
    ask: dict[str, bool]
    fields: dict[str, Any]
    files: tuple[File, ...] = ()
    restricted: tuple[File, ...] = ()

    @property
    def name(self) -> str:
        return self.fields["name"]


@dataclass(frozen=True)
class Protocol:
    """A protocol as its focal point loads it, and how far they take it.

    :param file: a document of ``protocols/``
    :param reason: why it is proposed; left out for a draft, which is only loaded
    :param decided_by: who approves, as the second person; left out while nobody has
    :param later: once the datasets are there, so that it changes some of them
    """

    file: str
    by: str
    reason: str = ""
    decided_by: str = ""
    later: bool = False

    @property
    def source(self) -> str:
        return (PROTOCOLS / self.file).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Act:
    """Something a persona does once, after the catalogue is there."""

    by: str
    action: str
    dataset: str
    send: dict[str, Any]

    @property
    def label(self) -> str:
        return f"{self.action} {self.dataset}"


@dataclass(frozen=True)
class Catalogue:
    password: str
    organisations: tuple[Organisation, ...]
    personas: tuple[Persona, ...]
    protocols: tuple[Protocol, ...]
    datasets: tuple[Dataset, ...]
    acts: tuple[Act, ...]

    @property
    def size(self) -> int:
        """How many things there are to do."""
        people = len(self.organisations) + len(self.personas)
        return people + len(self.protocols) + len(self.datasets) + len(self.acts)

    @property
    def sysadmin(self) -> Persona:
        return next(persona for persona in self.personas if persona.role == "sysadmin")


@cache
def load() -> Catalogue:
    """The catalogue; a misspelt key is an error here and not a silence on the portal."""
    written = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    return Catalogue(
        password=written["password"],
        organisations=tuple(Organisation(**each) for each in written["organisations"]),
        personas=tuple(Persona(**each) for each in written["personas"]),
        protocols=tuple(Protocol(**each) for each in written["protocols"]),
        datasets=tuple(map(_dataset, written["datasets"])),
        acts=tuple(Act(**each) for each in written["acts"]),
    )


def _dataset(written: dict[str, Any]) -> Dataset:
    written["tags"] = [{"name": tag} for tag in written["tags"]]
    written["dataset_date"] = str(written["dataset_date"])
    return Dataset(
        by=written.pop("by"),
        ask=written.pop("ask", {}),
        files=tuple(File(**each) for each in written.pop("files", ())),
        restricted=tuple(File(**each) for each in written.pop("restricted", ())),
        fields=written,
    )

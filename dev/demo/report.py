"""What the portal holds in the end, and who can log in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dev.demo.catalogue import Catalogue

# whom to log in as to see requests for access, and where
SEE = {
    "moussa": ("/isp/access", "terms to accept, and a grant that was suspended"),
    "ibrahim": ("/isp/access", "data to destroy; a request that waits for a second agreement"),
    "marta": ("/isp/requests", "a queue, with a donor who asks and a question to the coordination"),
    "yacouba": ("/isp/requests", "the second agreement to a list of people, asked for by letter"),
    "rokia": ("/isp/requests", "the agreement of an office that a protocol names"),
    "jonas": ("/isp/requests", "a question that waits for advice"),
}
LEVELS = ("low", "moderate", "high", "severe", "")
EXPOSURES = ("open", "on request", "members")


def counts(datasets: list[dict[str, Any]]) -> str:
    """How many datasets there are at each level and exposure, as a table."""
    held = Counter((stored(dataset, "sensitivity"), exposure(dataset)) for dataset in datasets)
    lines = [f"{'':<14}" + "".join(f"{name:>12}" for name in EXPOSURES)]
    for level in LEVELS:
        cells = "".join(f"{held[level, name]:>12}" for name in EXPOSURES)
        lines.append(f"{level or 'not classified':<14}{cells}")
    return "\n".join([*lines, f"{len(datasets)} datasets"])


def exposure(dataset: dict[str, Any]) -> str:
    if dataset["private"]:
        return "members"
    return "on request" if stored(dataset, "is_requestdata_type").lower() == "true" else "open"


def stored(dataset: dict[str, Any], key: str) -> str:
    """A field that a schema shows at the top, and a portal without one among the extras."""
    extras = {extra["key"]: extra["value"] for extra in dataset.get("extras", [])}
    return str(dataset.get(key) or extras.get(key) or "")


def people(catalogue: Catalogue) -> list[dict[str, str]]:
    """Who can log in, in the words of a person who wants to try the portal."""
    titles = {
        "sysadmin": "sysadmin",
        "visitor": "visitor",
        "admin": "reviewer, admin of",
        "member": "member of",
    }
    return [
        {
            "name": persona.name,
            "fullname": persona.fullname,
            "password": catalogue.password,
            "role": f"{titles.get(persona.role, 'data manager of')} {persona.organisation}".strip(),
            **dict(zip(("page", "see"), SEE.get(persona.name, ()), strict=False)),
        }
        for persona in catalogue.personas
    ]

"""The level and the exposure of a dataset, as pages and lists show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import gate, wording
from ..policy.facts import SENSITIVITY
from ..policy.scale import Exposure, Level
from ..services import datasets

FACETS = ("isp_level", "isp_exposure")


def isp_levels() -> list[dict[str, Any]]:
    """The four levels, least sensitive first, as a form offers them."""
    return [{"slug": level.slug, **_words(level)} for level in Level]


def isp_level(package: dict[str, Any]) -> dict[str, Any]:
    """The level of a dataset, to show as a badge; ``slug`` is "unclassified" for none."""
    level = gate.level_of(package)
    if level is None:
        return {"slug": "unclassified", "classification": wording.classification(None)}
    return {"slug": level.slug, **_words(level)}


def isp_level_of(slug: str | None) -> dict[str, Any]:
    """A level by its slug, to show as a badge."""
    return isp_level({SENSITIVITY: slug})


def isp_level_words(slug: str | None) -> str:
    """A level as it is named in a sentence: "High (Confidential)"."""
    return wording.level_and_class(Level.parse(slug))


def isp_levels_below(slug: str | None) -> list[dict[str, Any]]:
    """The levels that a dataset could be lowered to."""
    level = Level.parse(slug)
    return [row for row, other in zip(isp_levels(), Level, strict=True) if level and other < level]


def isp_holds_level(package: dict[str, Any]) -> bool:
    """Whether a dataset has, or is missing, a level: those of an exempt type are not."""
    kind = package.get("type") or "dataset"
    if package.get(SENSITIVITY) or kind == "dataset":
        return True
    if "isp_exempt_types" not in tk.g:
        tk.g.isp_exempt_types = datasets.exempt_types(model.Session)
    return kind not in tk.g.isp_exempt_types


def isp_exposure(package: dict[str, Any]) -> dict[str, str]:
    """The exposure of a dataset, to show as a badge."""
    return _exposure(gate.exposure_of(package))


def isp_exposures() -> list[dict[str, str]]:
    """The three exposures, narrowest first, as a form offers them."""
    return [_exposure(exposure) for exposure in Exposure]


def isp_exposure_words(slug: str) -> str:
    """An exposure by its name."""
    return wording.exposure(Exposure[slug.upper()])


def isp_verdict(sensitivity: str | None, holds_resources: bool = False) -> dict[str, Any]:
    """How exposed a dataset of a level may be, and why: as ``isp_verdict_show`` answers."""
    data_dict = {"sensitivity": sensitivity or "", "holds_resources": holds_resources}
    return tk.get_action("isp_verdict_show")(Context(), data_dict)


def isp_reasons(package: dict[str, Any]) -> list[str]:
    """What holds a dataset's exposure where it is, a sentence each."""
    level = gate.level_of(package)
    verdict = isp_verdict(level.slug if level else None, bool(package.get("resources")))
    cited = [r for r in verdict["reasons"] if r["protocol"] or r["code"] != "level"]
    cited.sort(key=lambda reason: reason["code"] != "level")
    return [reason["message"] for reason in cited or verdict["reasons"]]


def isp_protocol() -> str:
    """Title and version of the protocol that is cited first."""
    return wording.protocol(gate.cited())


def isp_facet_label(field: str, value: str) -> str:
    """The words for a value of one of the plugin's facets; the value itself where it has none."""
    if field == "isp_level" and (value == "unclassified" or Level.parse(value)):
        return wording.level_and_class(Level.parse(value))
    known = {exposure.slug: exposure for exposure in Exposure}
    return wording.exposure(known[value]) if value in known else value


def isp_facet_labels(field: str) -> Callable[[dict[str, Any]], str] | None:
    """What words the items of a facet, where it is one of the plugin's."""
    return (lambda item: isp_facet_label(field, item["name"])) if field in FACETS else None


def isp_facets_worded(facets: dict[str, Any] | None) -> dict[str, Any] | None:
    """The filters of a search with words for the plugin's own."""
    if not facets:
        return facets
    chosen = ((f, value) for f in FACETS for value in facets["fields"].get(f, ()))
    words = {(f, value): isp_facet_label(f, value) for f, value in chosen}
    return {**facets, "translated_fields": {**(facets.get("translated_fields") or {}), **words}}


def isp_can(action: str, package_id: str) -> bool:
    """Whether the current user may call one of the plugin's actions on a dataset."""
    return tk.h.check_access(action, {"id": package_id, "package_id": package_id})


def _words(level: Level) -> dict[str, Any]:
    return {**wording.level(level)._asdict(), "short": wording.short(level)}


def _exposure(exposure: Exposure) -> dict[str, str]:
    return {
        "slug": exposure.slug,
        "label": wording.exposure(exposure),
        "meaning": wording.exposure_meaning(exposure),
    }

"""What templates ask for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from . import gate, wording
from .policy.scale import Exposure, Level


def isp_levels() -> list[dict[str, Any]]:
    """The four levels, least sensitive first, as a form offers them."""
    return [{"slug": level.slug, **_words(level)} for level in Level]


def isp_level(package: dict[str, Any]) -> dict[str, Any]:
    """The level of a dataset, to show as a badge; ``slug`` is "unclassified" for none."""
    level = gate.level_of(package)
    if level is None:
        return {"slug": "unclassified", "classification": wording.classification(None)}
    return {"slug": level.slug, **_words(level)}


def isp_exposure(package: dict[str, Any]) -> dict[str, str]:
    """The exposure of a dataset, to show as a badge."""
    return _exposure(gate.exposure_of(package))


def isp_exposures() -> list[dict[str, str]]:
    """The three exposures, narrowest first, as a form offers them."""
    return [_exposure(exposure) for exposure in Exposure]


def isp_verdict(sensitivity: str | None, holds_resources: bool = False) -> dict[str, Any]:
    """How exposed a dataset of a level may be, and why: as ``isp_verdict`` answers."""
    data_dict = {"sensitivity": sensitivity or "", "holds_resources": holds_resources}
    return tk.get_action("isp_verdict")(Context(), data_dict)


def isp_protocol() -> str:
    """Title and version of the protocol that is cited first."""
    return wording.protocol(gate.protocols()[0])


def isp_facet_label(field: str, value: str) -> str:
    """The words for a value of one of the plugin's facets."""
    if field == "isp_level":
        return wording.level_and_class(Level.parse(value))
    return wording.exposure(Exposure[value.upper()])


def isp_level_words(slug: str | None) -> str:
    """A level as it is named in a sentence: "High (Confidential)"."""
    return wording.level_and_class(Level.parse(slug))


def isp_levels_below(slug: str | None) -> list[dict[str, Any]]:
    """The levels that a dataset could be lowered to."""
    level = Level.parse(slug)
    return [row for row, other in zip(isp_levels(), Level, strict=True) if level and other < level]


def isp_event_words(event: dict[str, Any]) -> str:
    """One row of the record as a sentence."""
    return wording.event(event)


def isp_user_name(user_id: str | None) -> str:
    """How a person of the record is named; the portal itself where there is none."""
    if not user_id:
        return tk._("The portal, or somebody with access to its database")
    from ckan import model

    user = model.User.get(user_id)
    return user.display_name if user else user_id


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

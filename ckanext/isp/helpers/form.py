"""The sensitivity step of the form of a dataset."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Context

from .. import gate, wording
from ..logic import fields, step
from ..policy.facts import ON_REQUEST, SENSITIVITY
from ..policy.scale import Exposure, Level, lowers
from .dataset import isp_can, isp_levels

_ANCHORS = {
    SENSITIVITY: "field-sensitivity",
    "private": "field-isp_exposure",
    ON_REQUEST: "field-isp_exposure",
    "owner_org": "field-organizations",
    "isp_answers": "field-isp_answers",
    "isp_reason": "field-isp_reason",
}


def isp_form(data: dict[str, Any]) -> dict[str, Any]:
    """What the sensitivity step of a form shows: what was typed, else what is stored."""
    stored = _shown(data.get("id"))
    before = gate.level_of(stored)
    level, exposure = _typed_level(data, before), _typed_exposure(data)
    free = _approved(stored) if before else set()
    holds_resources = bool(stored.get("resources") or data.get("resources"))
    slug = level.slug if level else None
    return {
        **step.drawn(data, stored, slug, holds_resources=holds_resources),
        "id": stored.get("id"),
        "level": slug,
        "levels": [
            {**row, "locked": lowers(before, of) and row["slug"] not in free}
            for row, of in zip(isp_levels(), Level, strict=True)
        ],
        "exposure": None if exposure is None else exposure.slug,
        "holds_resources": holds_resources,
        "lower_url": _propose_url(stored) if before else "",
        "words": {**wording.advice(), "exposures": {e.slug: wording.exposure(e) for e in Exposure}},
    }


def isp_types() -> list[dict[str, str]]:
    """The types of data, with the words by which a search finds each."""
    return step.types()


def isp_countries() -> dict[str, str]:
    """Names of countries by their code of three letters."""
    return wording.places.countries(wording.language())


def isp_answers_query(answers: dict[str, list[str]]) -> str:
    """Answers as the query of an address that fills a form in."""
    fields = {f"isp_answer-{fact}": values or ["none"] for fact, values in answers.items()}
    return urlencode(fields, doseq=True)


def isp_answer_words(question: dict[str, Any]) -> str:
    """What was answered to a question, in words."""
    words = {answer["value"]: answer["label"] for answer in question["answers"]}
    return ", ".join(words.get(value, value) for value in question["given"] or ())


def isp_what(of: str | None = None) -> list[tuple[str, str]]:
    """What a classification can ask for, with its words; or one of these."""
    words = wording.answers.standings()
    return [(key, word) for key, word in words.items() if of in (None, key)]


def isp_field_errors(errors: dict[str, Any] | None) -> list[str]:
    """What is wrong with a row, a sentence each."""
    told: list[str] = []
    for said in (errors or {}).values():
        told += said if isinstance(said, list) else [str(said)]
    return told


def isp_asks(kind: str) -> bool:
    """Whether the form of a dataset type has the sensitivity step."""
    if not p.plugin_loaded("scheming_datasets"):
        return True
    schema = tk.h.scheming_get_dataset_schema(kind)
    asked = [f["field_name"] for f in schema["dataset_fields"]] if schema else [SENSITIVITY]
    return SENSITIVITY in asked


def isp_form_errors(errors: dict[str, Any] | None) -> list[dict[str, str]]:
    """What is wrong with the plugin's own fields, with the place in the form to mend it."""
    labels = wording.field_labels()
    return [
        {"field": field, "label": labels[field], "anchor": anchor, "message": message}
        for field, anchor in _ANCHORS.items()
        for message in (errors or {}).get(field, ())[:1]
    ]


def isp_other_errors(errors: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the other fields, as CKAN words it."""
    others = {field: error for field, error in errors.items() if field not in _ANCHORS}
    return tk.ValidationError(others).error_summary


def isp_other_extras(extras: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The extras that are not fields of the protocol."""
    return [extra for extra in extras or () if extra.get("key") not in fields.FIELDS]


def _shown(package_id: str | None) -> dict[str, Any]:
    """A dataset as the current user may see it; empty where there is none."""
    try:
        return tk.get_action("package_show")(Context(), {"id": package_id}) if package_id else {}
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return {}


def _typed_level(data: dict[str, Any], before: Level | None) -> Level | None:
    """The level of a form: a value that differs from the stored one was typed."""
    values = [data.get(SENSITIVITY), *_extra(data, SENSITIVITY)]
    levels = [Level.parse(value) for value in values]
    return next((level for level in levels if level and level is not before), before)


def _typed_exposure(data: dict[str, Any]) -> Exposure | None:
    """The exposure of a form; None for one in which nobody chose yet."""
    if data.get("private") in (None, "", tk.missing):
        return None
    on_request = [data.get(ON_REQUEST), *_extra(data, ON_REQUEST), False]
    flag = next(value for value in on_request if value not in (None, ""))
    try:
        return Exposure.of(tk.asbool(data["private"]), tk.asbool(flag))
    except ValueError:
        return None


def _extra(data: dict[str, Any], key: str) -> list[Any]:
    return [extra.get("value") for extra in data.get("extras") or () if extra.get("key") == key]


def _approved(package: dict[str, Any]) -> set[str]:
    """The levels to which a second person approved to lower a dataset."""
    if not isp_can("isp_lowering_list", package["id"]):
        return set()
    proposals = tk.get_action("isp_lowering_list")(Context(), {"id": package["id"]})
    usable = (row for row in proposals if row["state"] == "approved")
    return {row["to"] for row in usable if row["from"] == package[SENSITIVITY]}


def _propose_url(package: dict[str, Any]) -> str:
    lowest = gate.level_of(package) is Level.LOW
    return "" if lowest else tk.h.url_for("isp.lowering_propose", id=package["name"])

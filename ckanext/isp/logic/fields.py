"""What a dataset dict says of sensitivity and exposure: reading it, and writing what was settled.

CKAN has two homes for a field: a key of the dict, where the type's schema knows it, and an entry of
``extras``, where it does not. Both are read; the settled value is written to the one that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Context

from .. import wording
from ..policy.facts import FALSE, ON_REQUEST, SENSITIVITY, TRUE, Stored
from ..policy.save import Asked, Settlement
from ..policy.scale import SLUGS, Exposure, Level

FIELDS = (SENSITIVITY, ON_REQUEST)
EXPOSURE = "isp_exposure"
NOTICES = "isp_notices"
LOWERING = "isp_lowering"
# the words that CKAN's own boolean fields understand; anything else is bad input
TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "t", "y", "1"), True),
    **dict.fromkeys(("false", "no", "off", "f", "n", "0"), False),
}
_UNSENT: Any = object()
_EXPOSURES = {exposure.slug: exposure for exposure in Exposure}
# these differ between two readings of an unchanged dataset, or say nothing about its content
_NO_CHANGE = {
    *("private", ON_REQUEST, EXPOSURE, NOTICES, LOWERING),
    *("metadata_modified", "id", "type"),
}


@dataclass(frozen=True)
class Reading:
    """A dataset dict and what it is compared with.

    :param stored: the dataset as it stands; None for a new one
    :param original: its dict as ``package_show`` gives it; empty for a new one
    :param sent: the keys that the caller named, where a patch filled in the rest; None for all
    :param adopting: the guard is not armed yet
    :param answers: what was answered before; None where nobody did
    """

    stored: Stored | None
    original: Mapping[str, Any]
    sent: Set[str] | None = None
    adopting: bool = False
    answers: Mapping[str, list[str]] | None = None


def expand_form_choice(data_dict: dict[str, Any]) -> None:
    """Turn the form's one choice of exposure into the two fields that store it."""
    chosen = _EXPOSURES.get(data_dict.pop(EXPOSURE, None))
    if chosen is not None:
        data_dict["private"] = not chosen.public
        data_dict[ON_REQUEST] = chosen is Exposure.ON_REQUEST


def read(data_dict: dict[str, Any], reading: Reading) -> Asked:
    """What a save asks for.

    :raises ValidationError: where a value is not one of those that the field knows
    """
    stored = reading.stored
    level = _sent(data_dict, SENSITIVITY, reading, _parse_level)
    on_request = _sent(data_dict, ON_REQUEST, reading, _parse_flag)
    private = _top_level(data_dict, "private", reading)
    resources = data_dict.get("resources", reading.original.get("resources"))
    owner = data_dict.get("owner_org", reading.original.get("owner_org"))
    return Asked(
        level_sent=level is not _UNSENT,
        level=None if level is _UNSENT else level,
        private=None if private in (_UNSENT, None, "") else _parse_flag(private, "private"),
        on_request=None if on_request is _UNSENT else on_request,
        owned=bool(owner) and owner is not tk.missing,
        resources=bool(resources),
        adds_resources=_adds_resources(data_dict.get("resources"), reading.original),
        only_exposure=stored is not None and _same_but_exposure(data_dict, reading.original),
        revives=stored is not None
        and reading.original.get("state") == "deleted"
        and data_dict.get("state") == "active",
    )


def resource_ids(data_dict: Mapping[str, Any], original: Mapping[str, Any]) -> None:
    """Refuse ids of resources that are not this dataset's own.

    :raises ValidationError: naming each such resource
    """
    own = {resource["id"] for resource in original.get("resources") or ()}
    errors = [
        {"id": [wording.foreign_resource_id()]} if foreign else {}
        for foreign in (
            isinstance(r, dict) and r.get("id") not in (None, "", tk.missing) and r["id"] not in own
            for r in _listed(data_dict.get("resources"))
        )
    ]
    if any(errors):
        raise tk.ValidationError({"resources": errors})


def knows(kind: str, context: Context) -> Set[str]:
    """Which of the protocol's fields the schema of a dataset type keeps under their own key."""
    if p.plugin_loaded("scheming_datasets"):
        scheming = tk.h.scheming_get_dataset_schema(kind)
        if scheming:
            return {f["field_name"] for f in scheming["dataset_fields"]} & set(FIELDS)
    plugin = lib_plugins.lookup_package_plugin(kind)
    schema = context.get("schema") or plugin.update_package_schema()
    return set(FIELDS) & set(schema)


def place(data_dict: dict[str, Any], settled: Settlement, known: Set[str]) -> None:
    """Write what was settled where the type's schema keeps it."""
    data_dict["private"] = settled.private
    data_dict.pop(NOTICES, None)
    data_dict.pop(LOWERING, None)
    flag = settled.on_request
    _put(data_dict, SENSITIVITY, settled.level.slug if settled.level else None, known)
    if ON_REQUEST in known:
        _put(data_dict, ON_REQUEST, flag, known)
    else:
        _put(data_dict, ON_REQUEST, None if flag is None else (TRUE if flag else FALSE), known)


def lift(package: dict[str, Any]) -> None:
    """Show fields kept as extras under their own key too, the flag as a JSON boolean."""
    for extra in package.get("extras") or ():
        if extra.get("key") in FIELDS and extra["key"] not in package:
            package[extra["key"]] = extra["value"]
    if isinstance(package.get(ON_REQUEST), str):
        package[ON_REQUEST] = package[ON_REQUEST] == TRUE


def unlift(package: Mapping[str, Any], known: Set[str]) -> dict[str, Any]:
    """A dataset dict as the type's own schema knows it."""
    return {k: v for k, v in package.items() if k not in FIELDS or k in known}


def with_lowering(asked: Asked, approved: bool) -> Asked:
    return replace(asked, lowering_approved=approved)


def _sent(data_dict: dict[str, Any], key: str, reading: Reading, parse: Any) -> Any:
    """The one value that was sent for a field, under its key or among the extras."""
    found = [_top_level(data_dict, key, reading)]
    if reading.sent is None or "extras" in reading.sent:
        found += [e.get("value") for e in _extras(data_dict) if e.get("key") == key]
    values = {parse(value, key) for value in found if value is not _UNSENT}
    if len(values) > 1:
        values -= {_stored_value(key, reading.stored)}
    if len(values) > 1:
        raise tk.ValidationError({key: [wording.contradictory()]})
    return values.pop() if values else _UNSENT


def _stored_value(key: str, stored: Stored | None) -> Any:
    if stored is None:
        return None
    return stored.facts.level if key == SENSITIVITY else stored.on_request


def _top_level(data_dict: Mapping[str, Any], key: str, reading: Reading) -> Any:
    if reading.sent is not None and key not in reading.sent:
        return _UNSENT
    value = data_dict.get(key, _UNSENT)
    return _UNSENT if value is tk.missing else value


def _parse_level(value: Any, key: str) -> Level | None:
    if value is None or value == "":
        return None
    level = Level.parse(value)
    if level is None:
        raise tk.ValidationError({key: [wording.bad_level(SLUGS)]})
    return level


def _parse_flag(value: Any, key: str) -> bool | None:
    if value is None or value == "":
        return None
    flag = TRUTH.get(str(value).strip().lower())
    if flag is None:
        raise tk.ValidationError({key: [wording.bad_flag()]})
    return flag


def _adds_resources(sent: Any, original: Mapping[str, Any]) -> bool:
    own = {resource["id"] for resource in original.get("resources") or ()}
    return any(
        isinstance(r, dict) and (r.get("id") not in own or r.get("upload")) for r in _listed(sent)
    )


def _same_but_exposure(data_dict: Mapping[str, Any], original: Mapping[str, Any]) -> bool:
    keys = (set(data_dict) | set(original)) - _NO_CHANGE
    return all(_blank(data_dict.get(k)) == _blank(original.get(k)) for k in keys)


def _blank(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _put(data_dict: dict[str, Any], key: str, value: Any, known: Set[str]) -> None:
    entries = [e for e in _extras(data_dict) if e.get("key") == key]
    if key in known:
        if entries:
            data_dict["extras"] = [e for e in data_dict["extras"] if e not in entries]
        data_dict.pop(key, None)
        if value is not None:
            data_dict[key] = value
        return
    data_dict.pop(key, None)
    if value is None:
        if entries:
            data_dict["extras"] = [e for e in data_dict["extras"] if e not in entries]
    elif entries:
        data_dict["extras"] = [
            {**e, "value": value} if e in entries else e for e in data_dict["extras"]
        ]
    else:
        data_dict["extras"] = [*_extras(data_dict), {"key": key, "value": value}]


def _extras(data_dict: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [e for e in _listed(data_dict.get("extras")) if isinstance(e, dict)]


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()

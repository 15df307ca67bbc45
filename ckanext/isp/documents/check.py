"""Whether a document has the form of a protocol: every fault at once, each with what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from .problems import Fault, Path, Problem
from .source import Source

FORMAT = "schemas/protocols/isp-protocol-1.schema.json"
MOST, _LOOKED_AT = 200, 1_000
_FORMS = {
    "date": "2026-11-27",
    "key": "needs-assessment",
    "type": "needs_assessment.report",
    "language": "en",
    "places": "AFG, CMR-NW",
    "day_or_month": "2026-11",
}
_EXAMPLES = {"^[^@\\s]+@[^@\\s]+$": "name@example.org", "^none$": "6"}


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of the format."""
    return json.loads((files("ckanext.isp") / FORMAT).read_text())


def _whole(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """A pattern is met by the whole text, a line break at its end included."""
    if isinstance(value, str) and not re.fullmatch(pattern.removesuffix("$"), value):
        yield ValidationError(pattern)


@cache
def _validator() -> Any:
    return validators.extend(Draft202012Validator, {"pattern": _whole})(schema())


def faults(source: Source) -> list[Problem]:
    """What in a document is not of the form of a protocol, in the order of its lines."""
    if not isinstance(source.value, dict):
        return [source.problem(Fault.WRONG_TYPE, (), meant=["object"])]
    told = (
        problem
        for error in _validator().iter_errors(source.value)
        for problem in _told(source, error, tuple(error.absolute_path))
    )
    found = list(islice(told, _LOOKED_AT))
    unique = {(p.code, p.path, repr(p.values)): p for p in found}
    return sorted(unique.values(), key=lambda p: (p.line, p.column))[:MOST]


def close(value: object, choices: Iterable[str]) -> str | None:
    """The choice that a value was probably meant to be."""
    found = get_close_matches(str(value).lower(), list(choices), n=1, cutoff=0.6)
    return found[0] if found else None


def _told(source: Source, error: ValidationError, path: Path) -> Iterator[Problem]:
    rule, value = error.validator, error.instance
    if rule == "oneOf":
        yield from _branch(source, error, path)
    elif rule == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        for key in (key for key in value if key not in known):
            here = (*path, key)
            told = {"value": key, "meant": close(key, known), "choices": known}
            yield source.problem(Fault.UNKNOWN_KEY, here, **told)
    elif rule == "required":
        missing = next(key for key in error.validator_value if f"'{key}'" in error.message)
        yield source.problem(Fault.MISSING_KEY, path, value=missing)
    elif rule in ("enum", "const"):
        choices = error.validator_value if rule == "enum" else [error.validator_value]
        told = {"value": value, "meant": close(value, map(str, choices)), "choices": choices}
        yield source.problem(Fault.NOT_ONE_OF, path, **told)
    elif rule == "type":
        yield source.problem(Fault.WRONG_TYPE, path, value=value, meant=_listed(rule, error))
    elif rule == "maxItems":
        yield source.problem(Fault.TOO_MANY, path, most=error.validator_value)
    elif rule in ("minLength", "minItems", "minProperties"):
        yield source.problem(Fault.EMPTY, path)
    elif error.parent is not None and "propertyNames" in error.absolute_schema_path:
        yield source.problem(Fault.WRONG_FORM, (*path, str(value)), value=value, meant=_form(error))
    else:
        yield source.problem(Fault.WRONG_FORM, path, value=value, meant=_form(error))


def _branch(source: Source, error: ValidationError, path: Path) -> Iterator[Problem]:
    """Of several forms that a value may have, the one that it was meant to have."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [b for b in branches.values() if not any(_other_type(inner) for inner in b)]
    if not meant:
        types = [t for b in branches.values() for inner in b for t in _listed("type", inner)]
        yield source.problem(Fault.WRONG_TYPE, path, value=error.instance, meant=types)
        return
    for inner in meant[0]:
        yield from _told(source, inner, (*path, *inner.relative_path))


def _other_type(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _listed(rule: str, error: ValidationError) -> list[str]:
    if error.validator != rule:
        return []
    types = error.validator_value
    return types if isinstance(types, list) else [types]


def _form(error: ValidationError) -> str:
    """An example of the form that was meant."""
    for name, example in _FORMS.items():
        definition = schema()["$defs"][name]
        patterns = {definition.get("pattern"), definition.get("items", {}).get("pattern")}
        if error.validator_value in patterns:
            return example
    return _EXAMPLES.get(error.validator_value, str(error.validator_value))

"""The levels of a document: what each stands for, allows and asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..policy.protocol import USUAL, Behaviour, Decider, LevelRule, Method
from ..policy.scale import Described, Enforcement, Exposure, Level, Storage
from .problems import Fault
from .reading import Reading

LEVEL_WORDS = ("name", "classification", "definition", "audience", "rule", "treatment")
LEVELS = {level.slug: level for level in Level}
_EXPOSURES = {exposure.slug: exposure for exposure in Exposure}


def levels(reading: Reading) -> Iterator[LevelRule]:
    """The levels that a document writes, least sensitive first."""
    before, keys = None, set()
    for number, entry in enumerate(reading.told.get("levels", ())):
        level = LEVELS[entry["as"]]
        if before is not None and level < before:
            reading.fault(Fault.LEVELS_OUT_OF_ORDER, "levels", number, "as")
        if entry["key"] in keys:
            reading.fault(Fault.SAME_LEVEL_KEY, "levels", number, "key", value=entry["key"])
        before = level
        keys.add(entry["key"])
        yield _level(reading, entry, level, number)


def _level(reading: Reading, entry: dict[str, Any], level: Level, number: int) -> LevelRule:
    exposures = _exposures(reading, entry, level, number)
    binding = entry.get("enforcement", reading.told.get("enforcement", "block"))
    retention = entry.get("retention", {})
    words = {w: reading.words(entry[w]) for w in LEVEL_WORDS if w in entry}
    if "text" in retention:
        words["retention"] = reading.words(retention["text"])
    return LevelRule(
        level,
        exposures,
        _default(reading, entry, exposures, level, number),
        tuple(_methods(reading, entry, number)),
        entry["key"],
        words,
        _storage(reading, entry, level, number),
        Enforcement[binding.upper()],
        tuple(_decider(reading, told) for told in entry.get("decides", ())),
        retention.get("days"),
        _describes(entry, level),
        retention.get("versions"),
    )


def _describes(entry: dict[str, Any], level: Level) -> frozenset[Described]:
    told = entry.get("describes")
    if told is None:
        return USUAL[level].describes
    return frozenset(Described[name.upper()] for name in told)


def _exposures(
    reading: Reading, entry: dict[str, Any], level: Level, number: int
) -> frozenset[Exposure]:
    usual = USUAL[level].exposures
    exposures = usual
    asked = entry.get("exposure", {})
    if "allows" in asked:
        exposures = frozenset(_EXPOSURES[e] for e in asked["allows"]) | {Exposure.MEMBERS}
    if exposures - usual:
        told = {"value": sorted(e.slug for e in exposures - usual), "level": level.slug}
        reading.fault(Fault.WIDER_THAN_FLOOR, "levels", number, "exposure", "allows", **told)
    if entry.get("discoverable") is False:
        exposures &= {Exposure.MEMBERS}
    return exposures


def _default(
    reading: Reading,
    entry: dict[str, Any],
    exposures: frozenset[Exposure],
    level: Level,
    number: int,
) -> Exposure:
    asked = entry.get("exposure", {})
    if "default" not in asked:
        usual = USUAL[level].default
        return usual if usual in exposures else Exposure.MEMBERS
    default = _EXPOSURES[asked["default"]]
    if default not in exposures:
        at = ("levels", number, "exposure", "default")
        reading.fault(Fault.DEFAULT_NOT_ALLOWED, *at, value=default.slug)
    return default


def _storage(reading: Reading, entry: dict[str, Any], level: Level, number: int) -> Storage:
    usual = USUAL[level].storage
    storage = Storage[entry["storage"].upper()] if "storage" in entry else usual
    if storage > usual:
        told = {"value": [storage.slug], "level": level.slug}
        reading.fault(Fault.WIDER_THAN_FLOOR, "levels", number, "storage", **told)
    return storage


def _decider(reading: Reading, told: Any) -> Decider:
    named = isinstance(told, dict) and ("every" in told or "office" in told)
    if not named:
        return Decider(reading.words(told))
    words = told["every"] if "every" in told else told["words"]
    organisations = tuple(told.get("of", ()))
    return Decider(reading.words(words), "every" in told, organisations, told.get("office", ""))


def _methods(reading: Reading, entry: dict[str, Any], number: int) -> Iterator[Method]:
    known = reading.methods
    for place, key in enumerate(entry.get("methods", ())):
        if key in known:
            method = known[key]
            yield Method(key, reading.words(method["name"]), Behaviour(method["behaviour"]))
        else:
            at = ("levels", number, "methods", place)
            reading.unknown(Fault.UNKNOWN_METHOD, at, key, list(known))

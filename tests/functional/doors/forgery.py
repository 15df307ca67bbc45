"""Doors that need a browser that is signed in: W42; and words shared by all datasets: W40."""

from __future__ import annotations

from .datasets import SEVERE, Dataset
from .people import ADMIN, ANONYMOUS, EDITOR, SYSADMIN, Person
from .table import Made, door

SIGNED_IN = (EDITOR, ADMIN, SYSADMIN)


@door(
    "W42",
    "A form that another site wrote publishes nothing, whatever the portal served before.",
    personas=SIGNED_IN,
)
def forged_form(by: Person, dataset: Dataset) -> Made:
    path = f"/organization/bulk_process/{dataset.organisation}"
    dataset.people[ANONYMOUS].get(path)
    by.forge(path, **{"bulk_action.public": "public", f"dataset_{dataset.id}": "on"})
    return None


@door(
    "W42",
    "A call that another site wrote changes nothing, whatever the portal served before.",
    personas=SIGNED_IN,
)
def forged_call(by: Person, dataset: Dataset) -> Made:
    by.forge("/api/3/action/package_patch", id=dataset.id, private="false")
    return None


@door(
    "W40",
    "Translations of words shared by all datasets open none.",
    personas=(SYSADMIN,),
    levels=(SEVERE,),
)
def translation(by: Person, dataset: Dataset) -> Made:
    word = {"term": "private", "term_translation": "public", "lang_code": "fr"}
    by.call("term_translation_update", **word)
    return None

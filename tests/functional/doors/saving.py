"""Doors through which a dataset is saved: W1 to W7, W12."""

from __future__ import annotations

import secrets
from typing import Any

from .datasets import CLASSIFIED, Dataset
from .people import ADMIN, MANAGERS, SYSADMIN, Person
from .table import Made, door


def fresh_name() -> str:
    return f"made-{secrets.token_hex(6)}"


def created(by: Person, dataset: Dataset, **asked: Any) -> Made:
    """A dataset like the one given, created as it is asked for; None where it is refused."""
    twin = dataset.like()
    answer = by.call("package_create", **twin.fields(name=fresh_name(), **asked))
    twin.id = answer["id"] if isinstance(answer, dict) else ""
    return twin if twin.id else None


@door("W1", "A dataset is created as open as its level allows, no more.", opens=MANAGERS)
def create(by: Person, dataset: Dataset) -> Made:
    return created(by, dataset, private=False)


@door("W1", "A dataset is created with links only where its level lets everybody have them.")
def create_with_link(by: Person, dataset: Dataset) -> Made:
    link = {"url": "https://files.example.org/people.csv", "name": "people"}
    return created(by, dataset, private=False, resources=[link])


@door("W1", "Data that begins as a draft is published as open as its level allows.")
def create_draft(by: Person, dataset: Dataset) -> Made:
    twin = created(by, dataset, private=False, state="draft")
    if twin:
        by.call("package_patch", id=twin.id, state="active", private=False)
    return twin


@door("W2", "An update opens nothing that its level keeps closed.", opens=MANAGERS)
def update(by: Person, dataset: Dataset) -> Made:
    by.call("package_update", **dataset.whole(private=False))
    return None


@door("W2", "An update that says nothing of the level leaves it as it is.", opens=MANAGERS)
def update_without_level(by: Person, dataset: Dataset) -> Made:
    told = dataset.fields(id=dataset.id, name=dataset.name, private=False)
    told.pop("extras", None)
    told.pop("sensitivity", None)
    resources = dataset.whole().get("resources", [])
    by.call("package_update", **told, resources=resources)
    return None


@door("W2", "An update is held to the level, by whichever name the dataset is called.")
def update_by_name(by: Person, dataset: Dataset) -> Made:
    by.call("package_update", **dataset.whole(id=dataset.name, private=False))
    return None


@door("W2", "An update empties no level.", levels=CLASSIFIED)
def update_to_no_level(by: Person, dataset: Dataset) -> Made:
    by.call("package_update", **dataset.whole(private=False, sensitivity="", extras=[]))
    return None


@door("W2", "An update lowers no level.", levels=CLASSIFIED)
def update_to_low(by: Person, dataset: Dataset) -> Made:
    by.call("package_update", **dataset.whole(private=False, **dataset.classified("low")))
    return None


@door("W2", "A level kept among the extras is lowered no more than any other.", levels=CLASSIFIED)
def update_extras(by: Person, dataset: Dataset) -> Made:
    told = dataset.whole(private=False, extras=[{"key": "sensitivity", "value": "low"}])
    told.pop("sensitivity", None)
    by.call("package_update", **told)
    return None


@door("W3", "A patch opens nothing that its level keeps closed.", opens=MANAGERS)
def patch(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, private=False, is_requestdata_type=False)
    return None


@door("W3", "A patch that does something else too opens nothing either.", opens=MANAGERS)
def patch_with_title(by: Person, dataset: Dataset) -> Made:
    title = f"{dataset.phrases[0]}, again"
    by.call("package_patch", id=dataset.id, private="False", title=title)
    return None


@door("W3", "An exposure that is named without a value opens nothing.")
def patch_null(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, private=None)
    return None


@door("W3", "A patch lowers no level.", levels=CLASSIFIED)
def patch_to_low(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, private=False, **dataset.classified("low"))
    return None


@door("W3", "A patch drops no level.", levels=CLASSIFIED)
def patch_to_no_level(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, sensitivity="", extras=[], private=False)
    return None


@door("W4", "A revision opens nothing that its level keeps closed.", opens=MANAGERS)
def revise(by: Person, dataset: Dataset) -> Made:
    by.call("package_revise", match={"id": dataset.id}, update={"private": False})
    return None


@door("W4", "A revision written flat is held to the level too.", opens=MANAGERS)
def revise_flat(by: Person, dataset: Dataset) -> Made:
    by.call("package_revise", match__id=dataset.id, update__private=False)
    return None


@door("W4", "A revision filters no level away.", levels=CLASSIFIED)
def revise_filter(by: Person, dataset: Dataset) -> Made:
    gone = ["-extras", "-sensitivity", "-private"]
    asked = {"match": {"id": dataset.id}, "filter": gone, "update": {"private": False}}
    by.call("package_revise", **asked)
    return None


@door("W5", "Putting resources in another order changes neither level nor exposure.")
def reorder(by: Person, dataset: Dataset) -> Made:
    by.call("package_resource_reorder", id=dataset.id, order=[dataset.resource], private=False)
    return None


@door(
    "W7", "Publishing many datasets at once publishes none that is closed.", opens=(ADMIN, SYSADMIN)
)
def bulk_publish(by: Person, dataset: Dataset) -> Made:
    by.call("bulk_update_public", datasets=[dataset.id], org_id=dataset.organisation)
    return None


@door("W7", "The page that publishes many datasets publishes none that is closed.")
def bulk_form(by: Person, dataset: Dataset) -> Made:
    chosen = {"bulk_action.public": "public", f"dataset_{dataset.id}": "on"}
    by.submit(f"/organization/bulk_process/{dataset.organisation}", **chosen)
    return None


@door("W12", "The form of a dataset opens nothing that its level keeps closed.", opens=MANAGERS)
def edit_form(by: Person, dataset: Dataset) -> Made:
    told = dataset.fields(name=dataset.name, private="False", save="")
    told.pop("extras", None)
    by.submit(f"/dataset/edit/{dataset.name}", **told)
    return None


@door("W12", "A draft that is published from its form is as open as its level allows.")
def publish_draft(by: Person, dataset: Dataset) -> Made:
    chief = dataset.people[SYSADMIN]
    chief.call("package_patch", id=dataset.id, state="draft")
    chief.call("package_patch", id=dataset.id, private=False)
    by.submit(f"/dataset/{dataset.id}/resource/new", save="go-metadata", id="", url="")
    return None


@door("W12", "Taking a dataset back to a draft shows it to nobody new.")
def unpublish_form(by: Person, dataset: Dataset) -> Made:
    told = dataset.fields(name=dataset.name, private="False", save="go-metadata-unpublish")
    told.pop("extras", None)
    by.submit(f"/dataset/edit/{dataset.name}", **told)
    return None

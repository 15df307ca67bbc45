"""Doors through which a dataset changes its owner, goes, or comes back: W8 to W13."""

from __future__ import annotations

from .datasets import LOW, OPEN, Dataset
from .files import take_over
from .people import ADMIN, ANONYMOUS, EDITOR, EVERYONE, MANAGERS, STRANGER, SYSADMIN, Person
from .saving import created, fresh_name
from .table import Made, door

SIGNED_IN = EVERYONE[1:]


def organisation_of(by: Person, dataset: Dataset) -> tuple[str, Dataset]:
    """An organization that ``by`` administers, with a closed dataset like the one given."""
    chief: Person = dataset.people[SYSADMIN]
    made = chief.call("organization_create", name=fresh_name())
    if by.role not in (ANONYMOUS, STRANGER):
        member = {"id": made["id"], "username": by.name, "role": "admin"}
        chief.call("organization_member_create", **member)
    twin = created(chief, dataset, private=True, owner_org=made["id"])
    assert twin
    return made["id"], twin


def publish_as_stranger(dataset: Dataset) -> None:
    """A member of another organization takes it for hers."""
    theirs = {"owner_org": dataset.people["theirs"]["id"], "private": False}
    told = dataset.fields(id=dataset.id, name=dataset.name or fresh_name(), **theirs)
    dataset.people[STRANGER].call("package_update", **told)


@door("W8", "A dataset stays closed when its owner is changed.", unseen_by=(EDITOR,))
def move(by: Person, dataset: Dataset) -> Made:
    to = dataset.people["theirs"]["id"]
    by.call("package_owner_org_update", id=dataset.id, organization_id=to)
    return None


@door("W8", "A dataset stays closed when a patch gives it another owner.", unseen_by=(EDITOR,))
def move_by_patch(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, owner_org=dataset.people["theirs"]["id"])
    return None


@door("W8", "A closed dataset is never left without an owner.")
def disown(by: Person, dataset: Dataset) -> Made:
    by.call("package_owner_org_update", id=dataset.id, organization_id="")
    publish_as_stranger(dataset)
    return None


@door("W9", "What is deleted is shown to nobody.")
def delete(by: Person, dataset: Dataset) -> Made:
    by.call("package_delete", id=dataset.id)
    return None


@door("W9", "What was open is no longer found once it is deleted.", levels=(LOW,), begins=OPEN)
def delete_open(by: Person, dataset: Dataset) -> Made:
    by.call("package_delete", id=dataset.id)
    return None


@door(
    "W9",
    "Who worked on a dataset has no access when it is deleted and comes back.",
    personas=MANAGERS,
    unseen_by=(STRANGER,),
)
def delete_by_name(by: Person, dataset: Dataset) -> Made:
    who = {"user_id": dataset.people[STRANGER].id, "capacity": "editor"}
    dataset.people[SYSADMIN].call("package_collaborator_create", id=dataset.id, **who)
    by.call("package_delete", id=dataset.name)
    dataset.people[SYSADMIN].call("package_patch", id=dataset.id, state="active")
    return None


@door(
    "W10",
    "What comes back after being deleted is no more open than its level allows.",
    opens=MANAGERS,
)
def undelete(by: Person, dataset: Dataset) -> Made:
    dataset.people[SYSADMIN].call("package_delete", id=dataset.id)
    by.call("package_patch", id=dataset.id, state="active", private=False)
    return None


@door("W10", "An update that brings a dataset back opens nothing.")
def undelete_by_update(by: Person, dataset: Dataset) -> Made:
    dataset.people[SYSADMIN].call("package_delete", id=dataset.id)
    by.call("package_update", **dataset.whole(state="active", private=False))
    return None


@door(
    "W11",
    "The files and tables of a purged dataset are gone, whatever is made afterwards.",
    personas=SIGNED_IN,
    table=True,
)
def purge(by: Person, dataset: Dataset) -> Made:
    chief = dataset.people[SYSADMIN]
    chief.call("package_delete", id=dataset.id)
    chief.call("dataset_purge", id=dataset.id)
    take_over(by, dataset)
    return None


@door(
    "W11",
    "What the trash page purges is gone, whatever is made afterwards.",
    personas=(SYSADMIN,),
    table=True,
)
def purge_from_trash(by: Person, dataset: Dataset) -> Made:
    by.call("package_delete", id=dataset.id)
    by.submit("/ckan-admin/trash", action="package")
    take_over(dataset.people[STRANGER], dataset)
    return None


@door("W13", "A dataset whose owner is taken away is opened by nobody.")
def owner_removed(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, owner_org="")
    publish_as_stranger(dataset)
    return None


@door("W13", "A dataset whose organization is deleted is opened by nobody.")
def organization_deleted(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    by.call("organization_delete", id=organisation)
    publish_as_stranger(twin)
    return twin


@door(
    "W13", "A dataset whose organization is purged is opened by nobody.", personas=(ADMIN, SYSADMIN)
)
def organization_purged(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    by.call("organization_purge", id=organisation)
    publish_as_stranger(twin)
    return twin


@door("W13", "A closed dataset is created in an organization, or not at all.")
def create_unowned(by: Person, dataset: Dataset) -> Made:
    return created(by, dataset, private=False, owner_org="")

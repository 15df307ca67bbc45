"""Doors that let somebody in to what stays closed to everybody else: W14 to W17."""

from __future__ import annotations

from .datasets import HIGH, SEVERE, Dataset
from .moving import organisation_of
from .people import ADMIN, ANONYMOUS, EVERYONE, STRANGER, SYSADMIN, Person
from .saving import fresh_name
from .table import Made, door

SIGNED_IN = EVERYONE[1:]
LET_IN = "access_widened"
FEW = (ANONYMOUS, STRANGER, ADMIN, SYSADMIN)
SENSITIVE = (HIGH, SEVERE)


@door(
    "W14",
    "Who is let in with an organization's list of users is on record.",
    recorded=LET_IN,
    personas=FEW,
    levels=SENSITIVE,
)
def organization_users(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    users = [{"name": dataset.people[STRANGER].name, "capacity": "editor"}]
    by.call("organization_patch", id=organisation, users=users)
    return twin


@door("W14", "A group takes in no dataset that its editor does not see.", personas=SIGNED_IN)
def group_packages(by: Person, dataset: Dataset) -> Made:
    group = by.call("group_create", name=fresh_name(), packages=[{"id": dataset.name}])
    if group:
        path = f"/api/3/action/member_list?id={group['id']}&object_type=package"
        dataset.others.append((path, dataset.id))
    return None


@door("W15", "Who becomes a member is on record.", recorded=LET_IN, personas=FEW, levels=SENSITIVE)
def member(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    who = {"object": dataset.people[STRANGER].id, "object_type": "user", "capacity": "editor"}
    by.call("member_create", id=organisation, **who)
    return twin


@door(
    "W15",
    "Who gets a role in an organization is on record.",
    recorded=LET_IN,
    personas=FEW,
    levels=SENSITIVE,
)
def role(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    who = {"username": dataset.people[STRANGER].name, "role": "member"}
    by.call("organization_member_create", id=organisation, **who)
    return twin


@door("W15", "A dataset that is put into a group shows itself to nobody.", personas=SIGNED_IN)
def member_package(by: Person, dataset: Dataset) -> Made:
    group = by.call("group_create", name=fresh_name())
    if group:
        what = {"object": dataset.name, "object_type": "package", "capacity": "public"}
        by.call("member_create", id=group["id"], **what)
        path = f"/api/3/action/member_list?id={group['id']}&object_type=package"
        dataset.others.append((path, dataset.id))
    return None


@door(
    "W16",
    "Who comes in with a parent organization is on record.",
    recorded=LET_IN,
    personas=FEW,
    levels=SENSITIVE,
)
def parent(by: Person, dataset: Dataset) -> Made:
    organisation, twin = organisation_of(by, dataset)
    above = [{"name": dataset.people["theirs"]["name"], "capacity": "public"}]
    by.call("organization_patch", id=organisation, groups=above)
    return twin


@door(
    "W17",
    "A collaborator opens nothing, and is on record.",
    recorded=LET_IN,
    personas=FEW,
    levels=SENSITIVE,
)
def collaborator(by: Person, dataset: Dataset) -> Made:
    _organisation, twin = organisation_of(by, dataset)
    who = {"user_id": dataset.people[STRANGER].id, "capacity": "editor"}
    by.call("package_collaborator_create", id=twin.id, **who)
    dataset.people[STRANGER].call("package_patch", id=twin.id, private=False)
    twin.others.append(("/", twin.phrases[0]))
    return twin

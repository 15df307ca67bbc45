"""Doors that the past of a dataset is read by: R70 to R74."""

from __future__ import annotations

from .baits import RAISED, Bait
from .people import SYSADMIN, Person
from .readers import CUSTODIAN, FORMER, NEWCOMER
from .reading import NOBODY, Asks, api, read_door


@read_door("R70", "What happened to a dataset is told to those who see it.")
def package_activities(bait: Bait, by: Person) -> Asks:
    return [api("package_activity_list", id=bait.id), f"/dataset/activity/{bait.id}"]


@read_door("R71", "The list of recent changes is told as far as its reader sees the datasets.")
def recent(bait: Bait, by: Person) -> Asks:
    return [api("recently_changed_packages_activity_list", limit=100)]


@read_door("R71", "What somebody did is told as far as the reader sees the datasets.")
def user_activities(bait: Bait, by: Person) -> Asks:
    people = [bait.people[who] for who in (FORMER, CUSTODIAN)]
    told = [api("user_activity_list", id=one.id, limit=100) for one in people]
    return [*told, f"/user/activity/{bait.people[bait.author].name}"]


@read_door(
    "R71",
    "A dashboard tells of datasets that its reader sees.",
    first=NEWCOMER,
    tells=NOBODY,
)
def dashboard_activities(bait: Bait, by: Person) -> Asks:
    return [api("dashboard_activity_list", limit=100), "/dashboard/"]


@read_door("R71", "An organization tells of changes to open datasets.", tells=NOBODY)
def organization_activities(bait: Bait, by: Person) -> Asks:
    organisation = bait.organisation
    told = api("organization_activity_list", id=organisation["id"], limit=100)
    return [told, f"/organization/activity/{organisation['name']}"]


@read_door("R71", "A group tells of changes to open datasets.", tells=NOBODY)
def group_activities(bait: Bait, by: Person) -> Asks:
    told = api("group_activity_list", id=bait.group, limit=100)
    return [told, f"/group/activity/{bait.group}"]


@read_door("R72", "Views that were made are told of to those who see the dataset.", tells=NOBODY)
def view_activities(bait: Bait, by: Person) -> Asks:
    who = bait.people[FORMER].id
    kinds = {"activity_types": '["new resource view", "changed resource view"]'}
    mine = api("user_activity_list", id=who, limit=100)
    return [mine, api("package_activity_list", id=bait.id, **kinds)]


def some(bait: Bait) -> list[str]:
    """The first and the last of what happened."""
    known = bait.each("activity")
    return known[:1] + known[-1:]


@read_door(
    "R73",
    "An activity is shown to those who may edit its dataset.",
    first=SYSADMIN,
    tells=(RAISED,),
    to=(CUSTODIAN, SYSADMIN),
)
def one_activity(bait: Bait, by: Person) -> Asks:
    known = some(bait)
    shown = [api("activity_show", id=each, include_data="false") for each in known]
    return [*shown, *(api("activity_data_show", id=each) for each in known)]


@read_door(
    "R73", "What changed is shown to those who may edit the dataset.", first=SYSADMIN, tells=NOBODY
)
def difference(bait: Bait, by: Person) -> Asks:
    return [
        api("activity_diff", id=each, object_type="package") for each in bait.each("activity")[-1:]
    ] + [f"/dataset/changes/{each}" for each in bait.each("activity")[-1:]]


@read_door("R74", "A dataset as it was is shown to those who see it.", first=SYSADMIN, tells=NOBODY)
def as_it_was(bait: Bait, by: Person) -> Asks:
    known = some(bait)
    pages = [f"/dataset/{bait.id}/history/{each}" for each in known]
    for resource in bait.each("resource")[:1]:
        pages += [f"/dataset/{bait.id}/resources/{resource}/history/{each}" for each in known]
    return pages

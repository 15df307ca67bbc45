"""Doors of files, tables, views and activities: W6, W18 to W23, W43."""

from __future__ import annotations

from .datasets import HIGH, LOW, MODERATE, ON_REQUEST, OPEN, SEVERE, Dataset
from .people import EVERYONE, MANAGERS, STRANGER, SYSADMIN, Person
from .saving import fresh_name
from .table import Made, door

SIGNED_IN = EVERYONE[1:]


def home_of(by: Person, dataset: Dataset) -> str:
    """An organization in which ``by`` may create."""
    return dataset.people["theirs" if by.role == STRANGER else "ours"]["id"]


def own_open(by: Person, dataset: Dataset) -> str | None:
    """An open dataset of ``by``'s own, with nothing in it."""
    told = dataset.fields(name=fresh_name(), private=False, title="Mine", notes="")
    told.update(owner_org=home_of(by, dataset), **dataset.classified(LOW))
    made = by.call("package_create", **told)
    return made["id"] if made else None


def take_over(by: Person, dataset: Dataset) -> None:
    """Try for the file and the table through an open dataset of one's own."""
    mine = own_open(by, dataset)
    asked = {"package_id": mine, "id": dataset.resource, "url": "people.csv"}
    by.call("resource_create", url_type="upload", **asked)
    _watch_resource(dataset, mine)


def _watch_resource(dataset: Dataset, holder: str | None) -> None:
    resource = dataset.resource
    dataset.others += [
        (dataset.file(resource, holder), dataset.secret),
        (f"/api/3/action/datastore_search?resource_id={resource}", dataset.secret),
    ]


@door(
    "W6",
    "The file and the table of a resource that was removed are gone.",
    personas=SIGNED_IN,
    table=True,
)
def resource_removed(by: Person, dataset: Dataset) -> Made:
    dataset.people[SYSADMIN].call("resource_delete", id=dataset.resource)
    take_over(by, dataset)
    return None


@door("W6", "A file that was replaced by a link is gone.", personas=SIGNED_IN)
def resource_relinked(by: Person, dataset: Dataset) -> Made:
    chief = dataset.people[SYSADMIN]
    link = {"url": "https://files.example.org/a.csv", "url_type": ""}
    chief.call("resource_update", id=dataset.resource, **link)
    chief.call("resource_delete", id=dataset.resource)
    take_over(by, dataset)
    return None


@door("W6", "A resource moves into no other dataset.")
def resource_moved(by: Person, dataset: Dataset) -> Made:
    mine = own_open(by, dataset)
    by.call("resource_patch", id=dataset.resource, package_id=mine)
    _watch_resource(dataset, mine)
    return None


@door("W6", "A new resource gets an id of its own.")
def resource_taken(by: Person, dataset: Dataset) -> Made:
    take_over(by, dataset)
    return None


@door(
    "W6",
    "A dataset on request takes no link that everybody would have.",
    levels=(MODERATE, HIGH),
    begins=ON_REQUEST,
)
def resource_on_request(by: Person, dataset: Dataset) -> Made:
    link = {"url": f"https://files.example.org/{dataset.secret}.csv", "name": "people"}
    by.call("resource_create", package_id=dataset.id, **link)
    return None


@door(
    "W6",
    "A dataset on request takes no upload that everybody would have.",
    levels=(MODERATE, HIGH),
    begins=ON_REQUEST,
)
def upload_on_request(by: Person, dataset: Dataset) -> Made:
    asked = {"package_id": dataset.id, "url": "people.csv", "upload": dataset.upload()}
    answer = by.call("resource_create", **asked)
    if isinstance(answer, dict) and answer.get("id"):
        dataset.others.append((dataset.file(answer["id"]), dataset.secret))
    return None


@door("W43", "An update of one's own dataset takes in no resource of another.")
def foreign_resource(by: Person, dataset: Dataset) -> Made:
    mine = own_open(by, dataset)
    resource = {"id": dataset.resource, "url": "people.csv", "url_type": "upload"}
    by.call("package_patch", id=mine, resources=[resource])
    _watch_resource(dataset, mine)
    return None


@door("W43", "A dataset is created with no resource of another.")
def foreign_resource_created(by: Person, dataset: Dataset) -> Made:
    resource = {"id": dataset.resource, "url": "people.csv", "url_type": "upload"}
    told = dataset.fields(name=fresh_name(), private=False, title="Mine", notes="")
    told.update(owner_org=home_of(by, dataset), **dataset.classified(LOW))
    mine = by.call("package_create", **told, resources=[resource])
    _watch_resource(dataset, mine["id"] if mine else None)
    return None


@door(
    "W43",
    "Resources that come with an update of a dataset on request are everybody's to none.",
    levels=(MODERATE, HIGH),
    begins=ON_REQUEST,
)
def resources_revised(by: Person, dataset: Dataset) -> Made:
    link = {"url": f"https://files.example.org/{dataset.secret}.csv", "name": "people"}
    asked = {"match": {"id": dataset.id}, "update": {"resources": [link], "private": False}}
    by.call("package_revise", **asked)
    return None


@door("W18", "No open dataset tells the name of a closed one that it is related to.")
def related(by: Person, dataset: Dataset) -> Made:
    mine = own_open(dataset.people[SYSADMIN], dataset)
    asked = {"subject": mine, "object": dataset.id, "type": "links_to"}
    by.call("package_relationship_create", **asked)
    path = f"/api/3/action/package_relationships_list?id={mine}"
    dataset.others.append((path, dataset.name))
    return None


@door("W18", "A relation that comes with an update tells no name of a closed dataset.")
def related_by_update(by: Person, dataset: Dataset) -> Made:
    mine = own_open(dataset.people[SYSADMIN], dataset)
    relation = {"subject": mine, "object": dataset.id, "type": "links_to"}
    by.call("package_patch", id=mine, relationships_as_subject=[relation])
    path = f"/api/3/action/package_relationships_list?id={mine}"
    dataset.others.append((path, dataset.name))
    return None


@door(
    "W19",
    "A file that is given to a dataset on request is not everybody's.",
    levels=(MODERATE, HIGH),
    begins=ON_REQUEST,
)
def file_given(by: Person, dataset: Dataset) -> Made:
    asked = {"name": f"{dataset.word}.csv", "upload": dataset.upload()}
    made = by.call("file_create", **asked)
    if made:
        owner = {"owner_type": "package", "owner_id": dataset.id}
        by.call("file_ownership_transfer", id=made["id"], **owner)
        dataset.others.append((f"/file/download/{made['id']}", dataset.secret))
    return None


@door("W20", "A table is read by nobody new under another name.", table=True)
def table_alias(by: Person, dataset: Dataset) -> Made:
    alias = f"open_{dataset.word}"
    asked = {"resource_id": dataset.resource, "aliases": [alias], "force": True}
    by.call("datastore_create", **asked)
    dataset.others.append((f"/api/3/action/datastore_search?resource_id={alias}", dataset.secret))
    return None


@door("W20", "Rows that are sent to a table are read by nobody new.")
def table_filled(by: Person, dataset: Dataset) -> Made:
    rows = {"records": [{"name": dataset.secret}], "force": True}
    by.call("datastore_create", resource_id=dataset.resource, **rows)
    return None


@door("W22", "A view shows nothing of a closed dataset.")
def view(by: Person, dataset: Dataset) -> Made:
    asked = {"title": dataset.secret, "view_type": "text_view", "resource_id": dataset.resource}
    made = by.call("resource_view_create", **asked)
    dataset.others.append(
        (f"/api/3/action/resource_view_list?id={dataset.resource}", dataset.secret)
    )
    if made:
        shown_at = f"/dataset/{dataset.id}/resource/{dataset.resource}/view/{made['id']}"
        dataset.others.append((shown_at, dataset.secret))
        dataset.others.append((f"/api/3/action/resource_view_show?id={made['id']}", dataset.secret))
    return None


@door("W23", "An activity that is written about a closed dataset tells nobody of it.")
def activity(by: Person, dataset: Dataset) -> Made:
    author = by.id or dataset.people[SYSADMIN].id
    asked = {
        "user_id": author,
        "object_id": dataset.id,
        "activity_type": "changed package",
        "data": {"package": {"id": dataset.id, "title": dataset.phrases[0]}},
    }
    by.call("activity_create", **asked)
    _watch_activities(dataset, author)
    return None


@door(
    "W23",
    "What was written while a dataset was open is told to nobody once it is raised.",
    personas=MANAGERS,
    levels=(LOW,),
    begins=OPEN,
)
def activity_before_raise(by: Person, dataset: Dataset) -> Made:
    by.call("package_patch", id=dataset.id, **dataset.classified(SEVERE), private=True)
    _watch_activities(dataset, by.id)
    return None


def _watch_activities(dataset: Dataset, author: str) -> None:
    for path in (
        f"user_activity_list?id={author}",
        "recently_changed_packages_activity_list?limit=20",
        f"package_activity_list?id={dataset.id}",
        f"organization_activity_list?id={dataset.organisation}",
    ):
        dataset.others.append((f"/api/3/action/{path}", dataset.word))

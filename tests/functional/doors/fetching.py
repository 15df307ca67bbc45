"""Doors that files, tables and views are read by: R40 to R58."""

from __future__ import annotations

from .baits import Bait
from .finding import begins
from .people import Person
from .readers import Ask
from .reading import NOBODY, Asks, api, read_door

SHOWN = '{"search": {"value": ""}, "order": [], "visible": [true, true], "columns": []}'
DRAWN = (
    ("draw", "1"),
    ("start", "0"),
    ("length", "10"),
    ("search[value]", ""),
)


@read_door("R40", "A resource is shown to those who may see its dataset.", tells=NOBODY)
def resource_show(bait: Bait, by: Person) -> Asks:
    shown = [api("resource_show", id=each) for each in bait.each("resource")]
    return [*shown, *(f"/dataset/{bait.id}/resource/{each}" for each in bait.each("resource"))]


@read_door("R41", "A search for resources finds those of public datasets.", tells=NOBODY)
def resource_search(bait: Bait, by: Person) -> Asks:
    asked = (("name", "resource"), ("url", "url"), ("url", "filename"), ("format", "format"))
    return [api("resource_search", query=f"{field}:{begins(bait, kind)}") for field, kind in asked]


@read_door("R42", "A file that was a resource is sent to nobody.", tells=NOBODY)
def download(bait: Bait, by: Person) -> Asks:
    places = [f"/dataset/{bait.id}/resource/{each}/download" for each in bait.each("resource")]
    return [*places, *(f"{place}/{bait.words['filename']}.csv" for place in places)]


@read_door("R43", "What a link leads to is fetched for nobody.", tells=NOBODY)
def proxy(bait: Bait, by: Person) -> Asks:
    return [f"/dataset/{bait.id}/resource/{each}/proxy" for each in bait.each("link")]


@read_door("R44", "A file that somebody gave to a dataset is not everybody's.", tells=NOBODY)
def api_file(bait: Bait, by: Person) -> Asks:
    files = bait.each("apifile")
    owner = {"owner_type": "package", "owner_id": bait.id}
    scan = [api("file_owner_scan", **owner)]
    return [
        *scan,
        *(path for f in files for path in (f"/file/download/{f}", api("file_show", id=f))),
    ]


@read_door("R46", "Storages that are not public have no public files.", tells=NOBODY)
def public_file(bait: Bait, by: Person) -> Asks:
    where = [f"{each[:3]}/{each[3:6]}/{each[6:]}" for each in bait.each("upload")]
    places = [*where, *(f"resources/{each}" for each in where)]
    roots = ("/file/public-download/default", "/file/public-download/resource", "/uploads")
    return [f"{root}/{place}" for root in roots for place in places]


@read_door("R50", "Views are shown to those who may see the dataset.", tells=NOBODY)
def views(bait: Bait, by: Person) -> Asks:
    shown = [api("resource_view_list", id=each) for each in bait.each("upload")]
    return [*shown, *(api("resource_view_show", id=each) for each in bait.each("view"))]


@read_door("R51", "Pages of views show nothing closed.", tells=NOBODY)
def view_pages(bait: Bait, by: Person) -> Asks:
    return [
        f"/dataset/{bait.id}/resource/{resource}/view/{view}"
        for resource in bait.each("upload")
        for view in bait.each("view")
    ]


@read_door("R51", "Rows that a table of a page asks for are those of open data.", tells=NOBODY)
def drawn_tables(bait: Bait, by: Person) -> Asks:
    asks = []
    for view in bait.each("table_view"):
        sent = (("params", SHOWN), ("format", "csv"))
        asks += [Ask(f"/datatables/ajax/{view}", DRAWN)]
        asks += [Ask(f"/datatables/filtered-download/{view}", sent)]
    return asks


@read_door(
    "R54", "What a loader said of a file is told to those who may have the file.", tells=NOBODY
)
def task_status(bait: Bait, by: Person) -> Asks:
    what = {"task_type": "load", "key": "load"}
    return [api("task_status_show", entity_id=each, **what) for each in bait.each("upload")]


@read_door("R55", "A table of a file that was open is gone.", tells=NOBODY)
def tables(bait: Bait, by: Person) -> Asks:
    return [
        path
        for each in bait.each("upload")
        for path in (
            api("datastore_search", resource_id=each),
            api("datastore_info", id=each),
            f"/datastore/dump/{each}",
            f"/datastore/dump/{each}?format=json",
            f"/datastore/api_info/{each}",
        )
    ]


@read_door("R57", "No list of all tables is given out.", tells=NOBODY)
def all_tables(bait: Bait, by: Person) -> Asks:
    asked = {"resource_id": "_table_metadata", "limit": 32000}
    return [api("datastore_search", **asked), "/datastore/dump/_table_metadata"]


@read_door("R58", "A table is read by nobody under another name.", tells=NOBODY)
def other_names(bait: Bait, by: Person) -> Asks:
    alias = bait.words["alias"]
    return [api("datastore_search", resource_id=alias), f"/datastore/dump/{alias}"]

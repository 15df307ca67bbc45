"""The plugin's own doors to restricted files, and to what it knows of a dataset."""

from __future__ import annotations

from .baits import KEPT, Bait
from .people import SYSADMIN, Person
from .readers import CUSTODIAN
from .reading import NOBODY, Asks, api, read_door

STORE = "store"
MANAGERS = (CUSTODIAN, SYSADMIN)


@read_door(STORE, "Restricted files are listed to those who find their dataset.")
def file_list(bait: Bait, by: Person) -> Asks:
    return [api("isp_file_list", id=bait.id)]


@read_door(STORE, "A restricted file is described to those who find its dataset.")
def file_show(bait: Bait, by: Person) -> Asks:
    return [api("isp_file_show", file=each) for each in bait.each("file")]


@read_door(STORE, "A restricted file is sent to those who have the right to it.")
def file_download(bait: Bait, by: Person) -> Asks:
    return [f"/isp/file/{each}" for each in bait.each("file")]


@read_door(STORE, "The files of a dataset are managed by its editors.", to=MANAGERS)
def files_page(bait: Bait, by: Person) -> Asks:
    destroy = [f"/isp/file/{each}/destroy" for each in bait.each("file")[:1]]
    return [f"/dataset/{bait.id}/files", *destroy]


@read_door(STORE, "What happened to a dataset is on record for its editors.", to=MANAGERS)
def timeline(bait: Bait, by: Person) -> Asks:
    page = f"/dataset/{bait.id}/sensitivity/timeline"
    pieces = [api("isp_log_list", dataset=bait.id), api("isp_log_export", dataset=bait.id)]
    return [api("isp_timeline", id=bait.id), page, f"{page}.csv", f"{page}.json", *pieces]


@read_door(STORE, "The whole record is read by sysadmins and focal points.", to=(SYSADMIN,))
def record(bait: Bait, by: Person) -> Asks:
    every = [api("isp_log_list"), api("isp_log_export"), "/isp/log", "/isp/log.csv"]
    return [*every, "/isp/log.json", api("isp_log_list", dataset=bait.id, person="admin")]


@read_door(STORE, "Why a dataset is closed is explained to those who see it.")
def why(bait: Bait, by: Person) -> Asks:
    return [
        api("isp_verdict_show", id=bait.id),
        f"/dataset/{bait.id}/sensitivity/why",
        f"/dataset/{bait.id}/sensitivity",
    ]


@read_door(STORE, "What is proposed is read by those who decide.", tells=(KEPT,), to=MANAGERS)
def lowerings(bait: Bait, by: Person) -> Asks:
    one = [f"/isp/lowerings/{each}" for each in bait.each("lowering")]
    return ["/isp/lowerings", api("isp_lowering_list", id=bait.id), *one]


@read_door(STORE, "A case is read by those concerned.", tells=(KEPT,), to=MANAGERS)
def cases(bait: Bait, by: Person) -> Asks:
    one = [path for each in bait.each("case") for path in (f"/isp/cases/{each}", case_of(each))]
    return ["/isp/cases", api("isp_case_list"), *one]


@read_door(STORE, "Lists of datasets to classify and to look at hold one's own.", tells=NOBODY)
def lists(bait: Bait, by: Person) -> Asks:
    pages = ["/isp/datasets", "/isp/datasets.csv", "/isp/reviews"]
    return [api("isp_classification_list"), api("isp_review_list"), *pages]


def case_of(number: str) -> str:
    return api("isp_case_show", case=number)

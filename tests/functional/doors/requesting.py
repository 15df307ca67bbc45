"""The plugin's own doors to requests, to what was granted, and to what is told of both."""

from __future__ import annotations

from typing import Any

from .baits import RAISED, Bait
from .people import SYSADMIN, Person
from .readers import CUSTODIAN, DECIDER, HOLDER, NEWCOMER
from .reading import Asks, api, read_door

REQUESTS = "request"
DECIDERS = (DECIDER, SYSADMIN)
MANAGERS = (CUSTODIAN, SYSADMIN)


def listed(result: Any, _bait: Bait) -> int:
    """How many requests a list finds."""
    return result.get("count", 0)


def counted(result: Any, _bait: Bait) -> int:
    """How many requests there are; of several datasets HDX Connect's counters are rows."""
    found = result["requests"]
    return found if isinstance(found, int) else found[0][0]


@read_door(
    REQUESTS,
    "A request is read by those who look after it; whoever asked reads what they wrote.",
    to=DECIDERS,
    hers=("id",),
)
def one_request(bait: Bait, by: Person) -> Asks:
    asks = []
    for each in asked_by(bait):
        asks += [api("isp_request_show", request=each), f"/isp/request/{each}"]
    for each in bait.each("request"):
        asks += [api(f"isp_request_{what}", request=each) for what in ("similar", "standing")]
        asks += [api("isp_grant_terms", request=each), api("requestdata_request_show", id=each)]
        asks.append(f"/isp/request/{each}/check")
    return asks


@read_door(
    REQUESTS,
    "What somebody writes is theirs alone until they send it.",
    tells=(RAISED,),
    to=(NEWCOMER,),
    hers=("id", "drafted"),
)
def unsent(bait: Bait, by: Person) -> Asks:
    asks = []
    for each in bait.each("draft"):
        asks += [api("isp_request_show", request=each), api("requestdata_request_show", id=each)]
        asks += [f"/isp/request/{each}", f"/isp/request/{each}/write"]
    return asks


@read_door(REQUESTS, "The queue holds what its reader looks after.", to=DECIDERS)
def queue(bait: Bait, by: Person) -> Asks:
    mine = api("isp_request_list", of="queue", state="all", limit=100)
    pages = ["/isp/requests?state=all", "/isp/requests", "/isp/requests.csv?state=all"]
    return [mine, *pages, f"/isp/requests?state=all&dataset={bait.id}"]


@read_door(REQUESTS, "HDX Connect's lists hold what their reader looks after.", to=DECIDERS)
def hdx_lists(bait: Bait, by: Person) -> Asks:
    organisation = bait.organisation
    lists = [api(f"requestdata_request_list_for_{whose}") for whose in ("current_user", "sysadmin")]
    lists.append(api("requestdata_request_list_for_organization", org_id=organisation["id"]))
    pages = [f"/organization/requested_data/{organisation['name']}"]
    pages += [f"/ckan-admin/requests_data{form}" for form in ("", "/download")]
    return [*lists, *pages, f"/user/my_requested_data/{by.name}"]


@read_door(
    REQUESTS,
    "A dataset that somebody does not see is not found by its name among their requests.",
    to=DECIDERS,
    count=listed,
)
def guessed_requests(bait: Bait, by: Person) -> Asks:
    asked = [{"q": bait.words["title"]}, {"dataset": bait.name}]
    asked += [{"organization": bait.organisation["id"]}] * bool(bait.each("past"))
    lists = [api("isp_request_list", of=of, **one) for of in ("queue", "mine") for one in asked]
    named = {"package_id": bait.name}
    return [*lists, *(api("requestdata_request_show", id=each, **named) for each in asked_by(bait))]


def asked_by(bait: Bait) -> list[str]:
    """The numbers of the requests for it that were sent."""
    return [*bait.each("request"), *bait.each("past")]


@read_door(
    REQUESTS,
    "What somebody asked for and was told names the datasets that they see now.",
    tells=(RAISED,),
    to=(HOLDER,),
    hers=("id",),
)
def own_requests(bait: Bait, by: Person) -> Asks:
    pages = ["/isp/access", "/isp/access?show=due", "/isp/access?show=past", "/isp/notices"]
    return [api("isp_request_list", limit=100), api("isp_notice_list", limit=100), *pages]


@read_door(
    REQUESTS, "What waits for a decision is told to those who decide.", to=(DECIDER,), hers=("id",)
)
def notices(bait: Bait, by: Person) -> Asks:
    return [api("isp_notice_list", limit=100), "/isp/notices"]


@read_door(REQUESTS, "Who holds the data is told to those who manage it.", to=MANAGERS)
def holders(bait: Bait, by: Person) -> Asks:
    pages = [f"/dataset/{bait.id}/holders", f"/dataset/{bait.id}/holders.csv"]
    return [api("isp_grant_list", id=bait.id), *pages]


@read_door(
    REQUESTS,
    "What is granted is found and read by whoever holds it.",
    tells=(RAISED,),
    to=(HOLDER,),
)
def held(bait: Bait, by: Person) -> Asks:
    files = [f"/isp/file/{each}" for each in bait.each("file")]
    found = api("package_search", q=bait.words["title"], include_private="true")
    return [api("package_show", id=bait.id), found, api("isp_file_list", id=bait.id), *files]


@read_door(
    REQUESTS, "Requests for a dataset are counted for those who see the dataset.", count=counted
)
def counters(bait: Bait, by: Person) -> Asks:
    return [api("requestdata_request_data_counters_get", package_id=bait.id)]


@read_door(
    REQUESTS,
    "Requests for the data of an organization are counted for those who answer them.",
    to=DECIDERS,
    count=counted,
)
def counters_of_organization(bait: Bait, by: Person) -> Asks:
    of = api("requestdata_request_data_counters_get_by_org", org_id=bait.organisation["id"])
    return [of, api("requestdata_request_data_counters_get_all")]


@read_door(REQUESTS, "A dataset is asked for by those who see it.")
def asking(bait: Bait, by: Person) -> Asks:
    pages = [f"/dataset/{bait.id}/request", f"/dataset/{bait.id}/request-access/"]
    asked = [api(f"isp_request_{what}", id=bait.id) for what in ("prepare", "earlier")]
    return [*asked, *pages, f"/isp/requests/type-in/{bait.id}"]


@read_door(REQUESTS, "An event is shown to those who manage its dataset.", to=MANAGERS)
def one_event(bait: Bait, by: Person) -> Asks:
    shown = [api("isp_log_show", event=each) for each in bait.each("event")]
    asked = [api("isp_log_list", dataset=bait.id, kind="request_agreed"), "/isp/log"]
    return [*shown, *asked, *(f"/isp/log/{each}" for each in bait.each("event"))]


@read_door(REQUESTS, "What was given by another way is told to those who manage it.", to=MANAGERS)
def given(bait: Bait, by: Person) -> Asks:
    pages = [f"/dataset/{bait.id}/deliveries", f"/dataset/{bait.id}/sensitivity/before"]
    lists = [api(name, id=bait.id) for name in ("isp_delivery_list", "isp_exposure_before_seal")]
    return [*lists, *pages]

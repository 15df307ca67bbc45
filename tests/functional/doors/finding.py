"""Doors that datasets are found and read by: R1 to R34."""

from __future__ import annotations

from typing import Any

from .baits import RAISED, Bait
from .people import SYSADMIN, Person
from .readers import CUSTODIAN, FORMER, NEWCOMER
from .reading import NOBODY, Asks, api, read_door

WIDE = {"include_private": "true", "include_drafts": "true", "include_deleted": "true"}
FIELDS = "id title notes name res_name res_url tags data_dict validated_data_dict"
FACETS = '["tags", "res_format", "res_url", "groups", "organization", "name"]'
BEGINNING = 6


def counted(result: Any, _bait: Bait) -> int:
    return result if isinstance(result, int) else 0


def found(result: Any, _bait: Bait) -> int:
    return result["count"]


def of_organisation(result: Any, bait: Bait) -> int:
    """How many datasets are said to be in the organization, which holds nothing but baits."""
    rows = result if isinstance(result, list) else [result]
    mine = [row for row in rows if row.get("id") == bait.organisation["id"]]
    return sum(row.get("package_count") or 0 for row in mine)


def of_group(result: Any, bait: Bait) -> int:
    rows = result if isinstance(result, list) else [result]
    return sum(row.get("package_count") or 0 for row in rows if row.get("id") == bait.group)


def begins(bait: Bait, kind: str) -> str:
    return bait.words[kind][:BEGINNING]


@read_door("R1", "A dataset is shown to those who may see it.")
def package_show(bait: Bait, by: Person) -> Asks:
    return [api("package_show", id=bait.id), f"/dataset/{bait.id}"]


@read_door("R1", "A refusal names nothing but what was asked for.")
def package_show_by_name(bait: Bait, by: Person) -> Asks:
    return [api("package_show", id=bait.name)]


@read_door("R2", "The schema that is asked for shows a dataset to nobody else.")
def package_show_in_ckans_schema(bait: Bait, by: Person) -> Asks:
    return [api("package_show", id=bait.id, use_default_schema="true")]


@read_door("R5", "A search finds what its reader may see.")
def package_search(bait: Bait, by: Person) -> Asks:
    words = (bait.words["title"], bait.words["notes"], bait.words["tag"])
    wide = [api("package_search", q=word, **WIDE) for word in words]
    return [*wide, api("package_search", q=bait.words["title"], use_default_schema="true", **WIDE)]


@read_door("R5", "The page of a search shows what its reader may see.", tells=NOBODY)
def search_page(bait: Bait, by: Person) -> Asks:
    return [f"/dataset/?q={bait.words['title']}", f"/dataset/?q=&tags={bait.words['tag']}"]


@read_door("R6", "No field that is asked for shows a dataset to anybody else.")
def fields(bait: Bait, by: Person) -> Asks:
    return [api("package_search", q=bait.words["title"], fl=FIELDS, **WIDE)]


@read_door("R7", "Facets name nothing of datasets that their reader may not see.")
def facets(bait: Bait, by: Person) -> Asks:
    more = {"facet.field": FACETS, "facet.limit": -1, "rows": 1, **WIDE}
    return [
        api("package_search", q=bait.words["title"], **more),
        api("package_search", q="nothing-like-this", **{**more, "facet.mincount": 0}),
    ]


@read_door("R7", "Facets of a search without results name nothing closed either.")
def facets_alone(bait: Bait, by: Person) -> Asks:
    more = {"facet.field": FACETS, "facet.limit": -1, "rows": 0, **WIDE}
    return [api("package_search", q=bait.words["title"], **more)]


@read_door("R8", "A search for a guess counts what its reader may see.", count=found)
def guesses(bait: Bait, by: Person) -> Asks:
    asked = [f"res_url:*{bait.words['url']}*", f"res_name:{bait.words['resource']}"]
    asked += [f"tags:{bait.words['tag']}", f"name:{bait.name}"]
    return [api("package_search", q=query, **WIDE) for query in asked]


@read_door("R8", "A search that asks for no rows counts what its reader may see.", count=found)
def counts_of_search(bait: Bait, by: Person) -> Asks:
    return [api("package_search", q=bait.words["title"], rows=0, **WIDE)]


@read_door(
    "R9", "No language of the index gets past what its reader may see.", count=found, tells=NOBODY
)
def parsers(bait: Bait, by: Person) -> Asks:
    word = bait.words["title"]
    return [
        api("package_search", q=f"{{!lucene}}title:{word}", **WIDE),
        api("package_search", fq=f'_query_:"title:{word}"', **WIDE),
    ]


@read_door("R10", "What the index tells of a dataset is checked against the database.", count=found)
def by_id(bait: Bait, by: Person) -> Asks:
    return [api("package_search", fq=f'id:"{bait.id}"', **WIDE)]


@read_door("R11", "A list of datasets with resources holds what its reader may see.", tells=NOBODY)
def current_package_list_with_resources(bait: Bait, by: Person) -> Asks:
    return [api("current_package_list_with_resources", limit=1000)]


@read_door("R12", "A tag shows the datasets that its reader may see.", tells=NOBODY)
def tag_show(bait: Bait, by: Person) -> Asks:
    return [api("tag_show", id=bait.words["tag"], include_datasets="true")]


@read_door("R13", "Lists of tags name those of datasets that their reader may see.")
def tags(bait: Bait, by: Person) -> Asks:
    part = begins(bait, "tag")
    return [
        api("tag_list"),
        api("tag_list", all_fields="true"),
        api("tag_list", query=part),
        api("tag_search", query=part),
        api("tag_autocomplete", query=part),
        f"/api/2/util/tag/autocomplete?incomplete={part}",
    ]


@read_door(
    "R14", "Formats are suggested that datasets have which their reader may see.", tells=NOBODY
)
def formats(bait: Bait, by: Person) -> Asks:
    part = begins(bait, "format")
    return [
        api("format_autocomplete", q=part, limit=100),
        f"/api/2/util/resource/format_autocomplete?incomplete={part}",
    ]


@read_door("R15", "The list of names holds those of public datasets.", tells=NOBODY)
def package_list(bait: Bait, by: Person) -> Asks:
    return [api("package_list")]


@read_door("R16", "Datasets are suggested that their reader may see.")
def package_autocomplete(bait: Bait, by: Person) -> Asks:
    return [
        api("package_autocomplete", q=begins(bait, "title")),
        f"/api/2/util/dataset/autocomplete?incomplete={begins(bait, 'title')}",
    ]


@read_door("R17", "An organization shows the datasets that its reader may see.")
def organization(bait: Bait, by: Person) -> Asks:
    organisation = bait.organisation
    return [
        api("organization_show", id=organisation["id"], include_datasets="true"),
        f"/organization/{organisation['name']}",
    ]


@read_door("R17", "A group shows the datasets that its reader may see.", tells=NOBODY)
def group(bait: Bait, by: Person) -> Asks:
    return [
        api("group_show", id=bait.group, include_datasets="true"),
        api("group_package_show", id=bait.group),
        f"/group/{bait.group}",
    ]


@read_door("R18", "The home page shows its reader what the reader may see.", tells=NOBODY)
def home(bait: Bait, by: Person) -> Asks:
    return ["/"]


@read_door("R20", "Members of a group or an organization that are datasets are hidden too.")
def member_list(bait: Bait, by: Person) -> Asks:
    return [
        api("member_list", id=bait.organisation["id"], object_type="package"),
        api("member_list", id=bait.group, object_type="package"),
    ]


@read_door(
    "R21",
    "Whoever's organizations are listed, datasets are counted that the reader may see.",
    count=of_organisation,
    first=NEWCOMER,
)
def organization_list_for_user(bait: Bait, by: Person) -> Asks:
    who = bait.people[CUSTODIAN].id
    asked = {"permission": "read", "include_dataset_count": "true"}
    return [api("organization_list_for_user", id=who, **asked)]


@read_door(
    "R22",
    "Organizations count the datasets that their reader may see.",
    count=of_organisation,
)
def organization_counts(bait: Bait, by: Person) -> Asks:
    asked = {"include_dataset_count": "true"}
    return [
        api("organization_list", all_fields="true", **asked),
        api("organization_show", id=bait.organisation["id"], **asked),
    ]


@read_door(
    "R22", "Groups count the datasets that their reader may see.", count=of_group, tells=NOBODY
)
def group_counts(bait: Bait, by: Person) -> Asks:
    asked = {"include_dataset_count": "true"}
    return [
        api("group_list", all_fields="true", **asked),
        api("group_show", id=bait.group, **asked),
        api("group_list_authz", **asked),
    ]


@read_door("R23", "Somebody's page shows the datasets that its reader may see.", tells=NOBODY)
def user(bait: Bait, by: Person) -> Asks:
    author = bait.people[bait.author].name
    return [api("user_show", id=author, include_datasets="true"), f"/user/{author}"]


@read_door(
    "R23", "A dashboard shows the datasets that its reader may see.", first=FORMER, tells=NOBODY
)
def dashboard(bait: Bait, by: Person) -> Asks:
    return ["/dashboard/datasets"]


@read_door(
    "R24",
    "A relation is listed to those who see both its ends.",
    tells=NOBODY,
)
def relations(bait: Bait, by: Person) -> Asks:
    return [api("package_relationships_list", id=other) for other in bait.each("other")]


@read_door(
    "R25",
    "What somebody follows is shown as far as the reader may see it.",
    first=NEWCOMER,
    tells=NOBODY,
)
def followed(bait: Bait, by: Person) -> Asks:
    mine = {"id": by.id} if by.id else {}
    return [api("followee_list", **mine), api("dataset_followee_list", **mine)]


@read_door(
    "R26",
    "Followers of a dataset are counted for those who see it.",
    count=counted,
    tells=(RAISED,),
)
def follower_count(bait: Bait, by: Person) -> Asks:
    return [api("dataset_follower_count", id=bait.id)]


@read_door(
    "R26",
    "Whether somebody follows a dataset is told to those who see it.",
    count=counted,
    first=NEWCOMER,
    tells=NOBODY,
)
def following(bait: Bait, by: Person) -> Asks:
    return [api("am_following_dataset", id=bait.id)]


@read_door(
    "R26", "Who follows a dataset is listed to those who see it.", first=SYSADMIN, tells=NOBODY
)
def followers(bait: Bait, by: Person) -> Asks:
    return [f"/dataset/followers/{bait.id}", f"/dataset/groups/{bait.id}"]


@read_door("R29", "Feeds hold public datasets only.", tells=NOBODY)
def feeds(bait: Bait, by: Person) -> Asks:
    return [
        "/feeds/dataset.atom",
        f"/feeds/custom.atom?q={bait.words['title']}",
        f"/feeds/tag/{bait.words['tag']}.atom",
        f"/feeds/organization/{bait.organisation['name']}.atom",
        f"/feeds/group/{bait.group}.atom",
    ]


@read_door("R34", "What a portal says of itself names no dataset.", tells=NOBODY)
def portal_itself(bait: Bait, by: Person) -> Asks:
    helped = api("help_show", name="package_show")
    return [api("status_show"), helped, api("license_list"), "/robots.txt", "/about", "/api/3"]

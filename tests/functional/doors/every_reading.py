"""All doors that something is read by, in the order of their numbers."""

from __future__ import annotations

from . import fetching, finding, keeping, past, requesting  # noqa: F401 (each fills the table)
from .readers import Ask
from .reading import READINGS, Reading, api

ALL: tuple[Reading, ...] = tuple(sorted(READINGS, key=lambda each: (each.number, each.name)))
BY_NAME = {each.name: each for each in ALL}

# doors that CKAN keeps shut by itself, and what keeps them
HOLDS: dict[str, str] = {
    "parsers": "CKAN refuses other parsers than its own",
    "portal_itself": "CKAN says nothing of datasets here",
    "public_file": "CKAN sends what lies in public storages, and resources lie in none",
}


def _api(action: str, key: str = "id", **more: str) -> Ask:
    return Ask(api(action, **{key: NAME}, **more))


def _post(action: str, key: str = "id", **more: str) -> Ask:
    return Ask(f"/api/3/action/{action}", ((key, NAME), *more.items()))


def _read(*actions: str, key: str = "id", **more: str) -> dict[str, Ask]:
    return {action: _api(action, key, **more) for action in actions}


def _written(*actions: str, key: str = "id", **more: str) -> dict[str, Ask]:
    return {action: _post(action, key, **more) for action in actions}


# what stands for the name in what is asked
NAME = "-guessed-"
_FILE = "00000000-0000-0000-0000-000000000000"
# what is asked with a guessed name: it is to be answered like a name that is not taken
GUESSES: dict[str, Ask] = {
    **_read("package_show", "package_activity_list", "package_relationships_list"),
    **_read("package_collaborator_list", "dataset_follower_count", "am_following_dataset"),
    **_read("file_owner_scan", key="owner_id", owner_type="package"),
    **_read("isp_file_list", "isp_verdict_show", "isp_timeline", "isp_classification_show"),
    **_read("isp_lowering_list", "isp_delivery_list", "isp_exposure_before_seal"),
    **_read("isp_grant_list", "isp_request_prepare", "isp_request_earlier"),
    **_read("isp_log_list", "isp_log_export", key="dataset"),
    **_read("requestdata_request_data_counters_get", key="package_id"),
    **_written("package_update", "package_patch", title="Mine"),
    **_written("package_delete", "dataset_purge", "package_owner_org_update"),
    **_written("package_resource_reorder", order="[]"),
    **_written("resource_create", key="package_id", url="http://example.org/a"),
    **_written("package_collaborator_create", "package_collaborator_delete", user_id="somebody"),
    **_written("package_relationship_create", key="object", subject=NAME, type="links_to"),
    **_written("follow_dataset", "unfollow_dataset"),
    **_written("isp_classify", sensitivity="low"),
    **_written("isp_lowering_request", to="low", reason="Guessed"),
    **_written("isp_request_draft", "isp_file_create"),
    **_written("isp_case_open", kind="breach", title="Guessed", note="Guessed"),
    **_written("requestdata_increment_request_data_counters", key="package_id", flag="shared"),
    **_written("requestdata_request_delete_by_package_id", key="package_id"),
    **_written("requestdata_request_archive_by_package_id", key="package_id"),
    "page": Ask(f"/dataset/{NAME}"),
    "page of activities": Ask(f"/dataset/activity/{NAME}"),
    "page of followers": Ask(f"/dataset/followers/{NAME}"),
    "page of groups": Ask(f"/dataset/groups/{NAME}"),
    "page to edit": Ask(f"/dataset/edit/{NAME}"),
    "page to delete": Ask(f"/dataset/delete/{NAME}"),
    "page of resources": Ask(f"/dataset/resources/{NAME}"),
    "page of collaborators": Ask(f"/dataset/collaborators/{NAME}"),
    "page of a new resource": Ask(f"/dataset/{NAME}/resource/new"),
    "page to edit a resource": Ask(f"/dataset/{NAME}/resource/{_FILE}/edit"),
    "page of views": Ask(f"/dataset/{NAME}/resource/{_FILE}/views"),
    "page of restricted files": Ask(f"/dataset/{NAME}/files"),
    "page of why": Ask(f"/dataset/{NAME}/sensitivity/why"),
    "page of the level": Ask(f"/dataset/{NAME}/sensitivity"),
    "page of the timeline": Ask(f"/dataset/{NAME}/sensitivity/timeline"),
    "table of the timeline": Ask(f"/dataset/{NAME}/sensitivity/timeline.csv"),
    "page of holders": Ask(f"/dataset/{NAME}/holders"),
    "page to ask for it": Ask(f"/dataset/{NAME}/request"),
    "page to ask for it on HDX": Ask(f"/dataset/{NAME}/request-access/"),
    "page to type a request in": Ask(f"/isp/requests/type-in/{NAME}"),
}

# not tried here, and why
ELSEWHERE = {
    "R3": "a way of asking inside the portal, with no door of its own",
    "R4": "who saves may read: the doors of saving are tried above",
    "R19": "a helper that the home page may use: it goes through the same search",
    "R28": "`ckan isp doctor` lets no portal serve that reveals private datasets",
    "R30": "DCAT and sitemaps need plugins of their own, which read by searching and showing",
    "R31": "deleting is tried above: what is deleted is shown to nobody",
    "R32": "a draft is seen by the organization that makes it",
    "R33": "tells of people and their roles, nothing of data",
    "R45": "nothing in CKAN or the plugin makes such a link",
    "R47": "what a web server shows of folders: `ckan isp doctor` looks at the paths",
    "R48": "needs the id of a resource that is gone: tried above (`resource_removed`)",
    "R49": "a link that was public cannot be recalled; links to restricted data are refused",
    "R52": "pages are read with each door above",
    "R53": "size and checksum are read with the resource (`resource_show`)",
    "R56": "`ckan isp doctor` lets no portal serve with it on",
    "R59": "the database's own users, outside of the portal",
    "R60": "needs the DataPusher or XLoader plugin and its service",
    "R61": "Redis, outside of the portal: jobs carry ids only",
    "R62": "backups and the index's own port, outside of the portal",
    "R75": "needs a mail server; such mails give a number",
    "R76": "logs and the tracking plugin, which are the operator's",
    "R78": "`ckan isp doctor` warns of pages that caches may keep",
    "R79": "copies that others made while the data was public",
}
# read by every door above rather than by one of its own
THROUGHOUT = {
    "R77": "whatever tells something closed to those who may know forbids copies",
    "R27": "a guessed name of a Severe dataset is answered in the words of one that is not taken",
    "R80": "a sysadmin reads everything; what is downloaded is on record",
}

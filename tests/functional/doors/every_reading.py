"""All doors that something is read by, in the order of their numbers."""

from __future__ import annotations

from . import fetching, finding, keeping, past  # noqa: F401 (each fills the table)
from .reading import READINGS, Reading

ALL: tuple[Reading, ...] = tuple(sorted(READINGS, key=lambda each: (each.number, each.name)))
BY_NAME = {each.name: each for each in ALL}

# doors that CKAN keeps shut by itself, and what keeps them
HOLDS: dict[str, str] = {
    "parsers": "CKAN refuses other parsers than its own",
    "portal_itself": "CKAN says nothing of datasets here",
    "public_file": "CKAN sends what lies in public storages, and resources lie in none",
}

# what is asked with a guessed name: it is to be answered like a name that is not taken
GUESSES = {
    "package_show": "/api/3/action/package_show?id={}",
    "package_activity_list": "/api/3/action/package_activity_list?id={}",
    "package_relationships_list": "/api/3/action/package_relationships_list?id={}",
    "package_collaborator_list": "/api/3/action/package_collaborator_list?id={}",
    "dataset_follower_count": "/api/3/action/dataset_follower_count?id={}",
    "am_following_dataset": "/api/3/action/am_following_dataset?id={}",
    "isp_file_list": "/api/3/action/isp_file_list?id={}",
    "isp_verdict_show": "/api/3/action/isp_verdict_show?id={}",
    "isp_timeline": "/api/3/action/isp_timeline?id={}",
    "isp_log_list": "/api/3/action/isp_log_list?dataset={}",
    "isp_log_export": "/api/3/action/isp_log_export?dataset={}",
    "page": "/dataset/{}",
    "page of activities": "/dataset/activity/{}",
    "page of followers": "/dataset/followers/{}",
    "page of groups": "/dataset/groups/{}",
    "page to edit": "/dataset/edit/{}",
    "page of restricted files": "/dataset/{}/files",
    "page of why": "/dataset/{}/sensitivity/why",
    "page of the level": "/dataset/{}/sensitivity",
    "page of the timeline": "/dataset/{}/sensitivity/timeline",
    "table of the timeline": "/dataset/{}/sensitivity/timeline.csv",
}
_CKANS = (
    "CKAN refuses what somebody may not see, and does not find what there is not: scripts tell one "
    "from the other by it"
)
_OURS = "answers as CKAN does: refused where a name is taken, invalid where it is not"
# where a taken name is answered differently still
KNOWN: dict[str, str] = {
    "package_show": _CKANS,
    "package_activity_list": _CKANS,
    "package_relationships_list": _CKANS,
    "package_collaborator_list": _CKANS,
    "page of activities": _CKANS,
    "page of followers": _CKANS,
    "isp_file_list": _OURS,
    "isp_verdict_show": _OURS,
    "isp_timeline": _OURS,
    "page of restricted files": _OURS,
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
    "R27": "a guessed name of a Severe dataset is answered like one that is not taken, save below",
    "R80": "a sysadmin reads everything; what is downloaded is on record",
}

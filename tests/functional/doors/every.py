"""All doors, in the order of their numbers."""

from __future__ import annotations

from . import access, files, forgery, moving, operator, saving  # noqa: F401 (each fills the table)
from .table import DOORS, Door

ALL: tuple[Door, ...] = tuple(sorted(DOORS, key=lambda each: (each.number, each.name)))
BY_NAME = {each.name: each for each in ALL}

# doors that CKAN keeps shut by itself, for a sysadmin too, and what keeps them
HOLDS = {
    "activity": "an activity keeps the labels that the dataset has when it is written",
    "delete": "CKAN removes what is deleted from its index and shows it to its managers only",
    "foreign_resource": "CKAN refuses the id of a resource that another dataset holds",
    "foreign_resource_created": "CKAN refuses the id of a resource that another dataset holds",
    "member": "an organization decides who belongs to it; the plugin adds the record",
    "option": "CKAN lets only a few options be set while it runs",
    "organization_users": "an organization decides who belongs to it; the plugin adds the record",
    "parent": "an organization decides who belongs to it; the plugin adds the record",
    "patch_null": "CKAN takes an exposure without a value for none",
    "rebuild": "the index follows the row: the row is what the plugin keeps",
    "related_by_update": "CKAN does not keep what is sent this way",
    "reorder": "CKAN takes nothing but the order",
    "resource_moved": "CKAN does not take another dataset from what is sent",
    "resource_taken": "CKAN refuses the id of a resource that another dataset holds",
    "role": "an organization decides who belongs to it; the plugin adds the record",
    "table_alias": "an alias is read with the rights of its table",
    "table_filled": "a table is read with the rights of its resource",
    "translation": "a translation says nothing of who may read",
    "view": "a view is read with the rights of its resource",
}

# not tried here, and why
ELSEWHERE = {
    "W21": "needs the DataPusher or XLoader plugin and its service",
    "W25": "options are looked at by `ckan isp doctor` before anything is served",
    "W29": "moves files with the rights of the machine's owner, outside of the portal",
    "W41": "needs other plugins with tables of their own (harvester, archiver, validation)",
}
PARTLY = {
    "W15": "an invitation by e-mail needs a mail server",
    "W28": "`ckan db clean` removes all data together with the guard",
}

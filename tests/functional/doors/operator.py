"""Doors of those who hold the machine: command line, scripts and SQL: W24, W26 to W39."""

from __future__ import annotations

from pathlib import Path

from .datasets import CLASSIFIED, LOW, OPEN, SEVERE, Dataset
from .files import own_open, take_over
from .people import OPERATOR, STRANGER, SYSADMIN, Person
from .saving import created, fresh_name
from .servers import STOCK_PLUGINS
from .table import Made, door

ONLY = (OPERATOR,)


@door("W24", "What is set while the portal runs opens nothing.", levels=(SEVERE,))
def option(by: Person, dataset: Dataset) -> Made:
    by.call("config_option_update", **{"ckan.auth.reveal_private_datasets": True})
    return None


@door(
    "W26",
    "A token made on the command line opens no more than its user may.",
    personas=ONLY,
    levels=(SEVERE,),
)
def token(by: Person, dataset: Dataset) -> Made:
    editor = dataset.people["editor"]
    printed = by.command("user", "token", "add", editor.name, f"made-{dataset.word}")
    holder = Person(by.portal, "editor", editor.id, editor.name, printed.split()[-1])
    holder.call("package_patch", id=dataset.id, private=False)
    return None


@door(
    "W27",
    "What the command line deletes is no longer found.",
    personas=ONLY,
    levels=(LOW,),
    begins=OPEN,
)
def command_delete(by: Person, dataset: Dataset) -> Made:
    by.command("dataset", "delete", dataset.name)
    return None


@door(
    "W28",
    "What the command line purges is gone, whatever is made afterwards.",
    personas=ONLY,
    levels=(SEVERE,),
    table=True,
)
def command_purge(by: Person, dataset: Dataset) -> Made:
    by.command("dataset", "purge", dataset.name)
    take_over(dataset.people[STRANGER], dataset)
    return None


@door(
    "W30",
    "An index rebuilt without the plugin shows nothing that is closed.",
    personas=ONLY,
    levels=(SEVERE,),
)
def rebuild(by: Person, dataset: Dataset) -> Made:
    ini = Path(f"{by.portal.ini}.without")
    lines = ["[app:main]", f"use = config:{by.portal.ini}", f"ckan.plugins = {STOCK_PLUGINS}"]
    ini.write_text("\n".join([*lines, "scheming.dataset_schemas =", ""]))
    by.command("search-index", "rebuild", dataset.id, ini=ini)
    return None


@door("W31", "A script that changes a dataset through the model opens nothing.", personas=ONLY)
def model_write(by: Person, dataset: Dataset) -> Made:
    by.script(_MODEL, dataset=dataset.id)
    return None


@door(
    "W31",
    "A script that changes a level through the model lowers nothing.",
    personas=ONLY,
    levels=CLASSIFIED,
)
def model_level(by: Person, dataset: Dataset) -> Made:
    by.script(_MODEL_LEVEL, dataset=dataset.id)
    return None


@door("W31", "What a script closes is no longer found.", personas=ONLY, levels=(LOW,), begins=OPEN)
def model_close(by: Person, dataset: Dataset) -> Made:
    by.script(_MODEL_CLOSE, dataset=dataset.id)
    return None


@door("W32", "An update of many rows at once opens none.", personas=ONLY)
def query_update(by: Person, dataset: Dataset) -> Made:
    by.script(_QUERY, dataset=dataset.id)
    return None


@door("W32", "A statement that a script sends through the session opens nothing.", personas=ONLY)
def table_update(by: Person, dataset: Dataset) -> Made:
    by.script(_TABLE, dataset=dataset.id)
    return None


@door("W33", "SQL opens nothing.", personas=ONLY)
def sql_open(by: Person, dataset: Dataset) -> Made:
    by.sql("UPDATE package SET private = false WHERE id = :id", id=dataset.id)
    return None


@door("W33", "SQL that leaves the exposure out opens nothing.", personas=ONLY)
def sql_null(by: Person, dataset: Dataset) -> Made:
    by.sql("UPDATE package SET private = NULL WHERE id = :id", id=dataset.id)
    return None


@door("W33", "SQL drops no level.", personas=ONLY, levels=CLASSIFIED)
def sql_no_level(by: Person, dataset: Dataset) -> Made:
    by.sql("UPDATE package SET extras = '{}', private = false WHERE id = :id", id=dataset.id)
    by.sql("UPDATE package SET extras = NULL WHERE id = :id", id=dataset.id)
    return None


@door("W33", "SQL lowers no level.", personas=ONLY, levels=CLASSIFIED)
def sql_low(by: Person, dataset: Dataset) -> Made:
    low = """UPDATE package SET extras = '{"sensitivity": "low"}' WHERE id = CAST(:id AS text)"""
    by.sql(low, id=dataset.id)
    return None


@door("W33", "A row that SQL adds is as open as its level allows.", personas=ONLY)
def sql_insert(by: Person, dataset: Dataset) -> Made:
    twin = dataset.like()
    twin.id = fresh_name()
    by.sql(
        "INSERT INTO package (id, name, title, type, state, private, owner_org, extras, "
        "metadata_created, metadata_modified) SELECT :made, :made, :title, type, state, false, "
        "owner_org, extras, metadata_created, metadata_modified FROM package WHERE id = :id",
        made=twin.id,
        title=twin.phrases[0],
        id=dataset.id,
    )
    return twin


@door("W33", "SQL moves no file into an open dataset.", personas=ONLY)
def sql_move_resource(by: Person, dataset: Dataset) -> Made:
    to = own_open(dataset.people[SYSADMIN], dataset)
    moved = "UPDATE resource SET package_id = :to WHERE id = :id"
    by.sql(moved, to=to, id=dataset.resource)
    by.sql("UPDATE package SET metadata_modified = now() WHERE id = :to", to=to)
    dataset.others.append((dataset.file(dataset=to), dataset.secret))
    return None


@door("W33", "SQL gives no open dataset the file of a closed one.", personas=ONLY)
def sql_take_resource_id(by: Person, dataset: Dataset) -> Made:
    to = own_open(dataset.people[SYSADMIN], dataset)
    by.sql("UPDATE resource SET id = :new WHERE id = :id", new=fresh_name(), id=dataset.resource)
    by.sql(
        "INSERT INTO resource (id, package_id, url, url_type, state, position, format) "
        "VALUES (:id, :to, 'people.csv', 'upload', 'active', 0, 'CSV')",
        to=to,
        id=dataset.resource,
    )
    by.sql("UPDATE package SET metadata_modified = now() WHERE id = :to", to=to)
    dataset.others.append((dataset.file(dataset=to), dataset.secret))
    return None


@door("W33", "What SQL closes is no longer found.", personas=ONLY, levels=(LOW,), begins=OPEN)
def sql_close(by: Person, dataset: Dataset) -> Made:
    by.sql("UPDATE package SET private = true WHERE id = :id", id=dataset.id)
    return None


@door("W33", "What SQL raises is no longer found.", personas=ONLY, levels=(LOW,), begins=OPEN)
def sql_raise(by: Person, dataset: Dataset) -> Made:
    raised = """'{"sensitivity": "severe"}'"""
    by.sql(f"UPDATE package SET private = true, extras = {raised} WHERE id = :id", id=dataset.id)
    return None


@door("W33", "What SQL removes is no longer found.", personas=ONLY, levels=(LOW,), begins=OPEN)
def sql_delete(by: Person, dataset: Dataset) -> Made:
    by.sql("UPDATE package SET state = 'deleted' WHERE id = :id", id=dataset.id)
    return None


@door("W34", "A second session of a script opens nothing.", personas=ONLY)
def local_session(by: Person, dataset: Dataset) -> Made:
    by.script(_LOCAL, dataset=dataset.id)
    return None


@door("W35", "A save with a schema of the caller's own is held to the level.", personas=ONLY)
def own_schema(by: Person, dataset: Dataset) -> Made:
    by.script(_SCHEMA, dataset=dataset.id)
    return None


@door("W36", "A dataset of a type that nobody declared is as open as its level allows.")
def unknown_type(by: Person, dataset: Dataset) -> Made:
    return created(by, dataset, private=False, type="atlas")


@door("W37", "A save that nobody authorized is held to the level.", personas=ONLY)
def ignore_auth(by: Person, dataset: Dataset) -> Made:
    by.script(_IGNORE_AUTH, dataset=dataset.id)
    return None


@door("W37", "A save whose commit comes later is held to the level.", personas=ONLY)
def defer_commit(by: Person, dataset: Dataset) -> Made:
    twin = dataset.like()
    twin.id = by.script(_DEFER, fields=twin.fields(name=fresh_name(), private=False)) or ""
    return twin if twin.id else None


@door(
    "W37",
    "A dataset made by a script that wants an id only is as open as its level allows.",
    personas=ONLY,
)
def return_id_only(by: Person, dataset: Dataset) -> Made:
    twin = dataset.like()
    twin.id = by.script(_ID_ONLY, fields=twin.fields(name=fresh_name(), private=False)) or ""
    return twin if twin.id else None


@door("W38", "A save that asks to skip validation is held to the level.", personas=ONLY)
def skip_validation(by: Person, dataset: Dataset) -> Made:
    by.script(_SKIP, dataset=dataset.id)
    return None


@door("W39", "What plugins keep beside a dataset opens nothing.", personas=(SYSADMIN,))
def plugin_data(by: Person, dataset: Dataset) -> Made:
    kept = {"plugin_data": {"isp": {"private": False, "sensitivity": "low"}}}
    by.call("package_patch", id=dataset.id, **kept, private=False)
    return None


_MODEL = """
model.Package.get(dataset).private = False
model.Session.commit()
"""
_MODEL_LEVEL = """
package = model.Package.get(dataset)
package.extras = {"sensitivity": "low"}
package.private = False
model.Session.commit()
"""
_MODEL_CLOSE = """
model.Package.get(dataset).private = True
model.Session.commit()
"""
_QUERY = """
model.Session.query(model.Package).filter_by(id=dataset).update({"private": False})
model.Session.commit()
"""
_TABLE = """
table = model.package_table
model.Session.execute(table.update().where(table.c.id == dataset).values(private=False))
model.Session.commit()
"""
_LOCAL = """
session = model.meta.create_local_session()
session.get(model.Package, dataset).private = False
session.commit()
"""
_SITE = """
site = toolkit.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
context = {"ignore_auth": True, "user": site}
show = lambda: toolkit.get_action("package_show")({"ignore_auth": True}, {"id": dataset})
"""
_SCHEMA = f"""{_SITE}
from ckan.logic.schema import default_update_package_schema
context["schema"] = default_update_package_schema()
toolkit.get_action("package_update")(context, {{**show(), "private": False}})
"""
_IGNORE_AUTH = f"""{_SITE}
toolkit.get_action("package_patch")(context, {{"id": dataset, "private": False}})
"""
_DEFER = f"""{_SITE}
context["defer_commit"] = True
made = toolkit.get_action("package_create")(context, fields)
model.Session.commit()
answer = made["id"]
"""
_ID_ONLY = f"""{_SITE}
context["return_id_only"] = True
answer = toolkit.get_action("package_create")(context, fields)
"""
_SKIP = f"""{_SITE}
context["skip_validation"] = True
toolkit.get_action("package_update")(context, {{**show(), "private": False}})
"""

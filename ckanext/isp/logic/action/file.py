"""Files of data that is not open: kept encrypted, outside of CKAN's resources (R36, R46, R68)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate, wording
from ...policy.access import May
from ...services import files
from .. import restricted, save, schema, taking_in, unsealing

__all__ = [
    "isp_file_create",
    "isp_file_destroy",
    "isp_file_list",
    "isp_file_patch",
    "isp_file_show",
    "isp_file_unseal",
]


@validate(schema.file_create)
def isp_file_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Add a file to a dataset that is on request or for members. It is kept encrypted.

    :param id: the dataset
    :param upload: the file; it is read as it comes
    :param name: its name; that of the upload where left out
    :param description: what it holds (optional)
    :param format: ``CSV`` for example; told from the name where left out
    :param name_withheld: whether only those who may have the file see its name
    :param replaces: id of a file in whose place it stands; that one is kept, and no longer shown
    :returns: as ``isp_file_show``
    """
    tk.check_access("isp_file_create", context, data_dict)
    old = restricted.found(context, data_dict["replaces"]) if data_dict.get("replaces") else None
    if old is not None and old.package_id != model.Package.get(data_dict["id"]).id:
        raise tk.ValidationError({"replaces": [wording.file.of_another_dataset()]})
    file = taking_in.take_in(context, data_dict, old)
    return _told(context, file)


@tk.side_effect_free
@validate(schema.one_dataset)
def isp_file_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The restricted files of a dataset: what its level lets be described of them.

    :param id: the dataset
    :returns: ``files`` as ``isp_file_show`` gives them, and ``may_manage``
    """
    tk.check_access("isp_file_list", context, data_dict)
    package = model.Package.get(data_dict["id"])
    user = restricted.reader(context)
    right = gate.standing(user, package)
    if not gate.allows(package, right, May.FIND):
        return {"files": [], "may_manage": False}
    view = restricted.how(user, package)
    return {
        "files": [restricted.told(file, view) for file in files.listed(model.Session, package.id)],
        "may_manage": gate.allows(package, right, May.MANAGE),
    }


@tk.side_effect_free
@validate(schema.one_file)
def isp_file_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A restricted file.

    :param file: its id
    :returns: ``id``, ``dataset``, ``name``, ``description``, ``format``, ``size`` in bytes,
        ``columns``, ``rows``, ``digest`` (SHA-256; each nothing where the protocol does not let it
        be described), ``added_at``, ``added_by``, ``may_have``, ``by_which_right``, and ``url`` to
        download it from
    """
    tk.check_access("isp_file_show", context, data_dict)
    return _told(context, restricted.found(context, data_dict["file"]))


@validate(schema.file_patch)
def isp_file_patch(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Describe a restricted file otherwise.

    :param file: its id
    :param name: what it is called
    :param description: what it holds
    :param name_withheld: whether only those who may have it see its name
    """
    file = restricted.to_change(context, data_dict["file"])
    sent = {key: data_dict[key] for key in schema.DESCRIBING if key in data_dict}
    files.change(model.Session, save.door(context, "isp_file_patch"), file, sent)
    model.Session.commit()
    return _told(context, file)


@validate(schema.file_destroy)
def isp_file_destroy(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Destroy a restricted file, at once and for good: its key, then its bytes.

    A dump of the database from before opens it until the portal's key is changed.

    :param file: its id
    :param reason: why; it stays on record
    """
    file = restricted.to_change(context, data_dict["file"])
    gone = restricted.destroy(context, [file], "isp_file_destroy", data_dict["reason"])
    model.Session.commit()
    restricted.clear(gone)
    return {"file": data_dict["file"], "destroyed": True}


@validate(schema.one_file)
def isp_file_unseal(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Turn a restricted file of a dataset that is Low, and open or for members, into a resource.

    Only this one; whoever sees the dataset can download it from then on. Rows in the DataStore are
    loaded by what loads them for any other resource.

    :param file: its id
    :returns: ``file``, and ``resource`` as ``resource_show`` gives it; of what was a resource
        before, with the id that it had where that is free
    """
    return {"file": data_dict["file"], "resource": unsealing.unseal(context, data_dict["file"])}


def _told(context: Context, file: Any) -> dict[str, Any]:
    package = model.Package.get(file.package_id)
    return restricted.told(file, restricted.how(restricted.reader(context), package))

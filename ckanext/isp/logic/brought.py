"""Uploads within a save of a whole dataset.

Where its files are restricted ones they go to the store. CKAN's own ``package_create`` takes no
uploads: those of other data become resources once the dataset is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context, DataDict

from .. import config, gate, notify, wording
from ..policy.access import keeps_files
from ..policy.save import Settlement
from ..policy.scale import Level, Storage
from . import links, save, taking_in

FILES = "isp_files"
# levels whose data may be resources wherever it is not on request
PLAIN = (None, Level.LOW)
Resource = dict[str, Any]


class Aside(NamedTuple):
    """Uploads that are kept once the dataset is saved, in the store or as resources."""

    uploads: tuple[Resource, ...] = ()
    restricted: bool = False


def set_aside(context: Context, data_dict: DataDict, of: Any = None) -> Aside:
    """Take uploads out of what is saved.

    :param of: id or name of the dataset; None for a new one
    :returns: them, for ``take_in``
    :raises ValidationError: for a new link beside them, and where the protocol keeps no files
    """
    sent = data_dict.get("resources")
    if not save.brings_resources(context) or not isinstance(sent, list):
        return Aside()
    uploads = tuple(each for each in sent if _uploads(each))
    if not uploads:
        return Aside()
    package = model.Package.get(of) if isinstance(of, str) else None
    own = {resource.id for resource in package.resources} if package else set()
    rest = [_bare(each) for each in sent if not _uploads(each) or each.get("id") in own]
    with save.first_the_right(context, f"package_{'update' if package else 'create'}", data_dict):
        settled = save.would_settle_whole(context, {**data_dict, "resources": rest}, package)
        if settled.refusal:
            return Aside()
        where = settled.level, settled.exposure, settled.verdict.storage
        kept = bool(config.key_file()) and keeps_files(*where)
        if kept:
            links.refuse_new(settled, sent, own)
            _refuse_without_storage(settled)
    if not (kept or (package is None and settled.level in PLAIN)):
        return Aside()
    data_dict["resources"] = rest
    return Aside(uploads, kept)


def take_in(context: Context, saved: Any, aside: Aside) -> Any:
    """Keep what was set aside; the dataset is saved.

    :returns: the answer of the save, with what ``isp_file_show`` tells of each restricted file
    :raises ValidationError: naming what could not be kept, and why
    """
    if not aside.uploads:
        return saved
    dataset = saved if isinstance(saved, str) else saved["id"]
    told = [*_kept(context, dataset, aside)]
    if aside.restricted:
        notices = [{"code": taking_in.RESTRICTED, "message": wording.file.kept_restricted()}]
        notify.tell(context, notices)
    if isinstance(saved, str):
        return saved
    if not aside.restricted:
        return {**saved, "resources": [*saved["resources"], *told]}
    return {**saved, FILES: told, notify.NOTICES: [*saved.get(notify.NOTICES, ()), *notices]}


def _kept(context: Context, dataset: str, aside: Aside) -> Iterator[Resource]:
    keep = _as_restricted if aside.restricted else _as_resource
    for number, upload in enumerate(aside.uploads):
        try:
            yield keep(fresh_context(context), dataset, upload)
        except tk.ValidationError as error:
            left = [_name(one) for one in aside.uploads[number:]]
            why = " ".join(str(said) for of in error.error_dict.values() for said in of)
            words = wording.file.saved_without(left, why)
            raise tk.ValidationError({"resources": [words]}) from error


def _refuse_without_storage(settled: Settlement) -> None:
    if settled.verdict.storage is Storage.NONE:
        words = wording.level_and_class(settled.level)
        by = wording.protocol(gate.cited(settled.verdict))
        raise tk.ValidationError({"resources": [wording.file.metadata_only(words, by)]})


def _as_restricted(context: Context, dataset: str, upload: Resource) -> Resource:
    return taking_in.take_in_resource(context, model.Package.get(dataset), upload)


def _as_resource(context: Context, dataset: str, upload: Resource) -> Resource:
    made: Resource = tk.get_action("resource_create")(context, {**upload, "package_id": dataset})
    return made


def _uploads(resource: Any) -> bool:
    return isinstance(resource, dict) and bool(resource.get("upload"))


def _bare(resource: Any) -> Any:
    return {k: v for k, v in resource.items() if k != "upload"} if _uploads(resource) else resource


def _name(resource: Resource) -> str:
    return resource.get("name") or getattr(resource["upload"], "filename", "") or "?"

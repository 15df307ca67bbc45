"""Files in the restricted store: who may know of one, what they are told, and its end."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import config, gate, portal, wording
from ..model.tables import RestrictedFile as File
from ..policy.access import May, Standing
from ..policy.facts import Stored
from ..policy.scale import Described
from ..policy.verdict import Verdict
from ..services import datasets
from ..services import files as store
from ..services.files import State
from ..services.grants import Files
from ..store.place import Away
from . import people, save

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """A file that somebody may know of, and how they stand to its dataset."""

    file: File
    package: model.Package
    right: Standing
    user: Any


class View(NamedTuple):
    """How somebody reads the files of a dataset.

    :param right: by which they have them; None where they have none
    :param held: those that they were granted, where it is by a grant
    :param described: what they are told of files that they may not have
    """

    right: Standing | None
    held: Files | None
    described: frozenset[Described]

    def right_to(self, file: File) -> Standing | None:
        """By which right they have a file; None where they may not."""
        return self.right if self.held is None or file.id in self.held else None


def found(context: Context, file_id: Any, *, lock: bool = False) -> File:
    """A file that can be read, for those who may know of it.

    :raises ObjectNotFound: for all others
    """
    return find(context, file_id, lock=lock).file


def to_change(context: Context, file_id: Any) -> File:
    """A file that somebody may change, locked until the commit.

    :raises NotAuthorized: for those who only find it
    """
    tk.check_access("isp_file_create", context, {"id": found(context, file_id).package_id})
    return found(context, file_id, lock=True)


def how(user: Any, package: model.Package) -> View:
    """How somebody reads the files of a dataset."""
    right = gate.may(user, package, May.GET)
    held = gate.granted(user, package) if right is Standing.GRANTEE else None
    if right is not None and held is None:
        return View(right, None, frozenset(Described))
    return View(right, held, verdict(package)[1].describes)


def told(file: File, view: View) -> dict[str, Any]:
    """A file as pages and scripts read it."""
    right = view.right_to(file)
    described = view.described if right is None else frozenset(Described)
    shown = {what.value: getattr(file, what.value) for what in Described if what in described}
    if right is None and file.name_withheld:
        shown.pop(Described.NAME.value, None)
    mine: dict[str, Any] = {"added_by": None, "by_which_right": None, "url": None}
    if right is not None:
        mine = {
            "added_by": people.name(file.created_by) if right > Standing.GRANTEE else None,
            "by_which_right": wording.file.right(right),
            "url": tk.h.url_for("isp_file.download", id=file.id, qualified=True),
            "name_withheld": file.name_withheld,
        }
    return {
        **dict.fromkeys([what.value for what in Described]),
        **shown,
        **mine,
        "id": file.id,
        "dataset": file.package_id,
        "added_at": file.created_at.isoformat(),
        "may_have": right is not None,
    }


def reader(context: Context) -> Any:
    """The row of the user of a context, as it is now."""
    return model.User.get(context.get("user")) if context.get("user") else None


def destroy(context: Context, wanted: Iterable[File], action: str, reason: str) -> list[File]:
    """Destroy the keys of files, and put that on record; ``clear`` their bytes after the commit."""
    act = dataclasses.replace(save.door(context, action), reason=reason)
    gone = []
    for file in wanted:
        store.destroy(model.Session, act, file)
        gone.append(file)
    return gone


def clear(of: Iterable[File]) -> None:
    """Remove the bytes of files whose keys are gone. What cannot be reached now stays unreadable,
    and ``ckan isp store verify --mend`` removes it."""
    for file in of:
        try:
            store.clear(portal.store(file.storage), file.id, file.segments)
        except Away:
            log.exception("Bytes of the destroyed file %s are left", file.id)


def find(context: Context, file_id: Any, *, lock: bool = False) -> Found:
    file = store.find(model.Session, file_id, lock=lock) if isinstance(file_id, str) else None
    package = model.Package.get(file.package_id) if file else None
    if file is not None and package is not None and file.state == State.KEPT.value:
        user = reader(context)
        right = gate.standing(user, package)
        if gate.allows(package, right, May.FIND):
            return Found(file, package, right, user)
    raise tk.ObjectNotFound(wording.file.no_such_file())


def verdict(package: model.Package) -> tuple[Stored, Verdict]:
    stored = datasets.whole(model.Session, package, config.places())
    return stored, gate.verdict(stored.facts)

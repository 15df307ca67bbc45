"""Links among what is saved with a dataset: one to restricted data could not be withdrawn."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import ckan.plugins.toolkit as tk

from .. import config, wording
from ..policy.access import keeps_files
from ..policy.save import Settlement


def refuse_new(settled: Settlement, sent: Any, own: Set[str]) -> None:
    """Where a dataset's files are restricted ones, let nothing new stand elsewhere.

    :param sent: its resources, as the caller sent them
    :param own: ids of those that it has
    :raises ValidationError: at the place of each new link
    """
    if not isinstance(sent, list) or not any(_new(each, own) for each in sent):
        return
    if not config.key_file():
        return
    if keeps_files(settled.level, settled.exposure, settled.verdict.storage):
        words = wording.file.no_links(wording.level_and_class(settled.level))
        told = [{"url": [words]} if _new(each, own) else {} for each in sent]
        raise tk.ValidationError({"resources": told})


def _new(resource: Any, own: Set[str]) -> bool:
    new = isinstance(resource, dict) and resource.get("id") not in own
    return new and not resource.get("upload") and bool(resource.get("url"))

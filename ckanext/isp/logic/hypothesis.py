"""What a verdict is asked for: a dataset as it stands, or as it could be."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from .. import config
from ..policy.facts import Facts
from ..policy.scale import Level
from ..services import datasets
from . import answers


def facts(context: Context, data_dict: DataDict) -> Facts:
    """The facts of a dataset, with what the question puts in their place.

    :param data_dict: as ``isp_verdict_show`` takes it
    :raises ValidationError: where something was sent that is no answer
    """
    package = model.Package.get(data_dict.get("id"))
    sent = data_dict.get("answers")
    given = None if sent in (None, "") else answers.parse(sent)
    before = _answers(context, package)
    said = answers.plain(given) if given is not None else before
    level = Level.parse(data_dict.get("sensitivity"))
    if package is not None and "sensitivity" not in data_dict:
        level = Level.parse((package.extras or {}).get("sensitivity"))
    return Facts(
        level=level,
        active=package is None or package.state in (None, "active"),
        holds_resources=_holds(package, data_dict.get("holds_resources")),
        known=datasets.facts_of(
            datasets.organisation(
                model.Session, data_dict.get("owner_org") or getattr(package, "owner_org", None)
            ),
            datasets.countries(_groups(package)),
            said or {},
            config.places(),
        ),
        asked=said is not None,
    )


def _answers(context: Context, package: Any) -> dict[str, list[str]] | None:
    """What was answered about a dataset is for those who may edit it."""
    if package is None:
        return None
    try:
        tk.check_access("package_update", context, {"id": package.id})
    except tk.NotAuthorized:
        return None
    return datasets.read(model.Session, package).answers


def _holds(package: Any, asked: Any) -> bool:
    if asked is not None or package is None:
        return bool(asked)
    return any(resource.state == "active" for resource in package.resources_all)


def _groups(package: Any) -> list[str]:
    return [group.name for group in package.get_groups(group_type="group")] if package else []

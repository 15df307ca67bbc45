"""Saying that one has read a protocol, and seeing who has (R6)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import wording
from ...services import acknowledgement as kept
from ...wording import reading
from .. import acknowledgement, protocols, save, schema

__all__ = ["isp_acknowledge", "isp_acknowledgement_list", "isp_to_acknowledge"]


@validate(schema.acknowledge)
def isp_acknowledge(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that you have read a version of a protocol that is in force; once is enough.

    :param id: the version
    """
    tk.check_access("isp_acknowledge", context, data_dict)
    document, found = protocols.one(context, data_dict["id"])
    assert found
    if found.since is None:
        said = reading.not_in_force(wording.protocol(document.protocol))
        raise tk.ValidationError({"id": [said]})
    user_id = save.user_id(context)
    assert user_id
    kept.acknowledge(model.Session, user_id, [found.id])
    model.Session.commit()
    at = kept.when(model.Session, user_id, found.id)
    return {"id": found.id, "user": user_id, "at": at.isoformat()}


@tk.side_effect_free
@validate(schema.protocol_list)
def isp_to_acknowledge(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What you have not said yet to have read, of the protocols in force for the whole portal or
    its places.
    """
    tk.check_access("isp_to_acknowledge", context, data_dict)
    return [acknowledgement.told(one) for one in acknowledgement.unread(save.user_id(context))]


@tk.side_effect_free
@validate(schema.acknowledge)
def isp_acknowledgement_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Editors and administrators of organizations, and whether each has read a version of a
    protocol: those who have not first.

    :param id: the version
    :returns: for each ``user``, ``name``, ``organizations`` (titles) and ``at`` (null for not yet)
    """
    tk.check_access("isp_acknowledgement_list", context, data_dict)
    document, found = protocols.one(context, data_dict["id"])
    assert found
    covered = document.protocol.scope.organisations
    rows = kept.editors(model.Session, found.id, covered)
    return [
        {
            "user": row.user,
            "name": row.name,
            "organizations": list(row.organizations),
            "at": row.at.isoformat() if row.at else None,
        }
        for row in rows
    ]

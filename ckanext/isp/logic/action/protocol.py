"""Protocols: loading them, reading them, and changing which are in force."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ...documents import compare, library, tell
from ...services import protocols as kept_protocols
from .. import files, protocols, schema

__all__ = [
    "isp_protocol_compare",
    "isp_protocol_export",
    "isp_protocol_import",
    "isp_protocol_list",
    "isp_protocol_load",
    "isp_protocol_show",
    "isp_protocol_validate",
]


@tk.side_effect_free
@validate(schema.protocol_list)
def isp_protocol_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The protocols of the portal, the shipped template first, then by key, the newest first.

    Drafts are told to those who may load them.
    """
    tk.check_access("isp_protocol_list", context, data_dict)
    kept = kept_protocols.every(model.Session)
    may = protocols.may_load(context)
    shown = [one for one in kept if may or not protocols.hidden(context, one.document)]
    listed = [protocols.told(one.document, one) for one in shown]
    return [protocols.told(library.template(), None), *listed]


@tk.side_effect_free
@validate(schema.protocol_show)
def isp_protocol_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A protocol with its levels, its table and all else that its document says.

    :param id: its id; or
    :param key: its key: the version in force, else the newest
    :param version: with a key: this version
    :param q: with it, ``found`` holds the numbers of the rows that speak of such data
    """
    tk.check_access("isp_protocol_show", context, data_dict)
    document, kept = protocols.find(context, data_dict)
    told = {**tell.whole(document), **protocols.told(document, kept)}
    text = kept_protocols.source(model.Session, kept.id) if kept else library.source()
    _again, found = protocols.read(text)
    wanted = data_dict.get("q")
    rows = protocols.speaking_of(document, wanted) if wanted else None
    return {**told, "source": text, "doubts": protocols.problems(found), "found": rows}


@tk.side_effect_free
@validate(schema.protocol_compare)
def isp_protocol_compare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Two protocols, or two versions of one, side by side.

    :param a: the id, or the key, of the one
    :param b: of the other
    """
    tk.check_access("isp_protocol_compare", context, data_dict)
    pair = [protocols.one(context, data_dict[side]) for side in ("a", "b")]
    told = {
        side: protocols.told(document, kept)
        for side, (document, kept) in zip("ab", pair, strict=True)
    }
    return {**told, **compare.compare(pair[0][0], pair[1][0])}


@tk.side_effect_free
@validate(schema.protocol_source)
def isp_protocol_validate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Everything that is wrong with a document, or had better be otherwise; nothing is kept.

    :param source: the document, as YAML
    """
    tk.check_access("isp_protocol_validate", context, data_dict)
    _document, found = protocols.read(data_dict["source"])
    return {"problems": protocols.problems(found)}


@validate(schema.protocol_source)
def isp_protocol_load(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep a version of a protocol. It binds nobody until it is activated.

    :param source: the document, as YAML; the same text is kept once
    """
    tk.check_access("isp_protocol_load", context, data_dict)
    document, found = protocols.read(data_dict["source"])
    if document is None:
        raise protocols.refusal(found)
    act = protocols.act(context, "isp_protocol_load")
    kept = kept_protocols.keep(model.Session, act, data_dict["source"].encode())
    model.Session.commit()
    return {**_told(kept), "problems": protocols.problems(found)}


@tk.side_effect_free
@validate(schema.protocol_export)
def isp_protocol_export(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A protocol as a file: word for word, or its table as OCHA keeps such tables.

    :param id: its id; or
    :param key: its key
    :param format: ``yaml``, ``csv`` or ``xlsx``
    :returns: ``name``, ``type`` and the content, as ``text`` or, of a workbook, as ``base64``
    """
    tk.check_access("isp_protocol_export", context, data_dict)
    document, kept = protocols.find(context, data_dict)
    text = kept_protocols.source(model.Session, kept.id) if kept else library.source()
    return files.export(document, text, data_dict["format"])


@validate(schema.protocol_import)
def isp_protocol_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Drafts made from a table as OCHA keeps them, one for each country in it; nothing is kept.

    :param file: CSV or XLSX, sent as a file or as text
    :returns: ``drafts``: ``country``, ``source`` and, in ``problems``, what was not understood
    """
    tk.check_access("isp_protocol_import", context, data_dict)
    return {"drafts": files.drafts(data_dict["file"])}


def _told(protocol_id: int) -> dict[str, Any]:
    kept = kept_protocols.find(model.Session, protocol_id)
    assert kept
    return protocols.told(kept.document, kept)

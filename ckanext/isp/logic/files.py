"""Protocols as files: word for word, and as tables."""

from __future__ import annotations

import base64
from typing import Any

import ckan.plugins.toolkit as tk

from .. import wording
from ..documents.compile import Document
from ..documents.problems import Refused
from . import protocols

MOST_BYTES = 5_000_000
TYPES = {
    "yaml": "application/yaml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(document: Document, text: str, form: str) -> dict[str, str]:
    """A protocol as a file of that form.

    :param text: the document as it was loaded
    """
    protocol = document.protocol
    told = {"name": f"{protocol.key}-{protocol.version}.{form}", "type": TYPES[form]}
    if form == "yaml":
        return {**told, "text": text}
    from ..documents import table

    rules = table.export(document, wording.language())
    if form == "csv":
        return {**told, "text": table.to_csv(rules).decode("utf-8-sig")}
    return {**told, "base64": base64.b64encode(table.to_xlsx(rules)).decode()}


def drafts(file: Any) -> list[dict[str, Any]]:
    """Drafts made from a table.

    :param file: an upload, or a text
    :raises ValidationError: where it is no such table
    """
    from ..documents import draft

    try:
        made = draft.drafts(_content(file))
    except Refused as refused:
        said = protocols.refusal(list(refused.problems)).error_dict["source"]
        raise tk.ValidationError({"file": said}) from None
    return [
        {"country": one.country, "source": one.text, "problems": protocols.problems([*one.doubts])}
        for one in made
    ]


def _content(file: Any) -> bytes:
    """The bytes of an upload or a text; one byte more than is read of either is too much."""
    if isinstance(file, str):
        return file.encode(errors="replace")[: MOST_BYTES + 1]
    if not hasattr(file, "read"):
        raise tk.ValidationError({"file": [wording.not_a_file()]})
    read: bytes = file.read(MOST_BYTES + 1)
    return read

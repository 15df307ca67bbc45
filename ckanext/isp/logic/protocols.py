"""What actions about protocols share: finding one, reading one, telling what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import gate, wording
from ..documents import compile, library, source, tell, vocabulary
from ..documents.compile import Document
from ..documents.lint import doubts
from ..documents.problems import Problem, Refused
from ..policy.protocol import Status, Words
from ..services import protocols
from ..services.act import Act
from ..services.protocols import Kept, Unreadable
from ..wording.problems import problem as problem_words
from . import save

EVERYTHING = 200


def find(context: Context, data_dict: dict[str, Any]) -> tuple[Document, Kept | None]:
    """The protocol that ``id``, or ``key`` and ``version``, mean; the shipped one is not kept.

    :raises ObjectNotFound: where there is none, or it is a draft and not the user's to see
    """
    version = data_dict.get("version")
    reference = data_dict.get("id") or data_dict.get("key")
    if reference is None:
        raise tk.ValidationError({"id": [wording.name_a_protocol()]})
    return one(context, reference, version)


def one(
    context: Context, reference: int | str, version: str | None = None
) -> tuple[Document, Kept | None]:
    """The protocol of that id or key.

    :raises ObjectNotFound: as ``find``
    """
    try:
        kept = protocols.find(model.Session, reference, version)
    except Unreadable as error:
        raise tk.ValidationError({"id": [unreadable(error)]}) from None
    if kept is None:
        shipped = library.template()
        told = (shipped.protocol.key, version or shipped.protocol.version)
        if told == (reference, shipped.protocol.version):
            return shipped, None
        raise tk.ObjectNotFound(wording.no_such_protocol())
    if hidden(context, kept.document):
        raise tk.ObjectNotFound(wording.no_such_protocol())
    return kept.document, kept


def hidden(context: Context, document: Document) -> bool:
    """Whether a document is a draft that the user may not see."""
    return document.protocol.status is Status.DRAFT and not may_load(context)


def may_load(context: Context) -> bool:
    """Whether the user may load protocols."""
    try:
        return tk.check_access("isp_protocol_load", context, {})
    except tk.NotAuthorized:
        return False


def speaking_of(document: Document, text: str) -> list[int]:
    """The numbers of the rows that speak of a kind of data: by its name, a synonym, an example,
    the words of the row, or a kind that it lies under.
    """
    known = {**vocabulary.shared().types, **document.types}
    protocol = document.protocol
    kinds = [of.key for of in vocabulary.find(known.values(), text)]
    listed = [row for kind in kinds for row in protocol.listed(kind)[0]]
    wanted = vocabulary.fold(text).split()
    worded = [row for row in protocol.rows if _says(row.words, wanted)]
    return sorted({row.number for row in (*listed, *worded)})


def _says(words: Words, wanted: list[str]) -> bool:
    folded = vocabulary.fold(" ".join(words.values()))
    return all(word in folded for word in wanted)


def told(document: Document, kept: Kept | None) -> dict[str, Any]:
    """What a list tells of a protocol; the shipped one has no id, and counts until replaced."""
    if kept:
        since = kept.since.date() if kept.since else None
        found = tell.summary(document, since, gate.today())
        at = {"since": kept.since, "loaded_at": kept.loaded_at}
        return {"id": kept.id, **found, **{k: v.isoformat() if v else None for k, v in at.items()}}
    speaks = document in gate.documents()
    found = tell.summary(document, None, gate.today())
    return {"id": None, **found, "in_force": speaks, "since": None, "loaded_at": None}


def read(text: str) -> tuple[Document | None, list[Problem]]:
    """Read a document, with all that is wrong with it or had better be otherwise."""
    try:
        found = source.read(text.encode(errors="surrogateescape"))
        document = compile.compile(found)
    except Refused as refused:
        return None, list(refused.problems)
    return document, list(doubts(document, found))


def problems(found: list[Problem]) -> list[dict[str, Any]]:
    """Problems as scripts and people read them."""
    return [
        {
            "code": problem.code.value,
            "line": problem.line,
            "column": problem.column,
            "path": list(problem.path),
            "fatal": problem.fatal,
            "message": sentence(problem),
        }
        for problem in found
    ]


def refusal(found: list[Problem]) -> tk.ValidationError:
    """A refusal of a text, with every problem in it and its line."""
    said = [wording.at_line(problem.line, sentence(problem)) for problem in found if problem.fatal]
    return tk.ValidationError({"source": said[:EVERYTHING]})


def act(context: Context, name: str, reason: str | None = None) -> Act:
    """The act of the user of a context; what it is about is named where that is known."""
    return replace(save.door(context, name), protocol=None, reason=reason)


def unreadable(error: Unreadable) -> str:
    return wording.unreadable(error.key, error.version)


def sentence(problem: Problem) -> str:
    """A problem in the reader's language."""
    return problem_words(problem)

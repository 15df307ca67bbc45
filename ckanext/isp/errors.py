"""What the database refuses, in words: a refusal of the guard is an answer, never a crash."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

from . import wording
from .model.guard import CONSTRAINT_PREFIX


def listen() -> None:
    """Translate refusals of the guard wherever in this process a statement meets them."""
    if not event.contains(Engine, "handle_error", translate):
        event.listen(Engine, "handle_error", translate, retval=True)


def translate(met: ExceptionContext) -> BaseException | None:
    """A ValidationError (409 for the API) in place of the guard's own constraint violation."""
    diagnosis: Any = getattr(met.original_exception, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or ""
    if not rule.startswith(CONSTRAINT_PREFIX):
        return None
    field, message = wording.floor(rule)
    return tk.ValidationError({field: [message]})

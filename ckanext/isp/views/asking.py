"""What pages share: asking actions, and what a page shows of their answers."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ..logic import people


def reader() -> Context:
    """Whoever looks at a page: CKAN has looked them up, and need not again for each action."""
    return people.known(Context())


def ask(action: str, **data_dict: Any) -> Any:
    """The answer of an action; not found for those who may not know of it."""
    try:
        return tk.get_action(action)(reader(), data_dict)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)


def only_for(action: str) -> None:
    """A page that is not there for those who may not call an action."""
    if not tk.h.check_access(action):
        tk.abort(404)


def shown(key: str, id: int | None = None, **more: Any) -> dict[str, Any]:
    """A version of a protocol; not found under the key of another."""
    told = ask("isp_protocol_show", **({"id": id} if id else {"key": key}), **more)
    return told if told["key"] == key else tk.abort(404)


def referred(reference: str) -> dict[str, Any]:
    """A version by its id, or by the key of its protocol."""
    by = {"id": reference} if reference.isdigit() else {"key": reference}
    return ask("isp_protocol_show", **by)


def form(*names: str) -> dict[str, str]:
    """What was sent of a form."""
    return {name: tk.request.form.get(name, "") for name in names}


def messages(error: tk.ValidationError) -> dict[str, list[str]]:
    """What is wrong with a form, by field."""
    return {field: [str(one) for one in said] for field, said in error.error_dict.items()}

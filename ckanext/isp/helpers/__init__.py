"""What templates ask for, one module per subject."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan.authz import get_local_functions

from . import case, dataset, files, form, head, protocol, record, request, time

SUBJECTS = (dataset, form, protocol, record, case, request, files, head, time)


def offered() -> dict[str, Callable[..., Any]]:
    """What templates of this portal can ask for, by name."""
    return {name: helper for of in SUBJECTS for name, helper in get_local_functions(of)}

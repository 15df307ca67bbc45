"""Work that is done after the commit, by the portal's worker."""

from __future__ import annotations

import logging
from collections.abc import Callable

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.logic import index_remove_package, index_update_package

from .services import outbox

log = logging.getLogger(__name__)

WAKE_KEY = "ckanext-isp:outbox-woken"
WAKE_SECONDS = 5


def wake() -> None:
    """Ask the worker to tell the index what changed; at most once every few seconds."""
    try:
        if connect_to_redis().set(WAKE_KEY, "1", nx=True, ex=WAKE_SECONDS):
            tk.enqueue_job(drain_outbox, title="ISP: tell the search index what changed")
    except Exception:
        # searches leave these datasets out until somebody drains the outbox
        log.exception("The worker could not be asked to update the index")


def drain_outbox(progress: Callable[[int], None] | None = None) -> int:
    """Make the index say what the database says, batch by batch.

    :param progress: told after each batch how many changes it held
    :returns: how many changes were dealt with
    """
    done = 0
    failed: set[str] = set()
    while batch := outbox.drain(model.Session, reindex, failed):
        model.Session.commit()
        done += batch
        if progress:
            progress(batch)
    return done


def reindex(package_id: str) -> bool:
    """Make the index say of a dataset what the database says.

    :returns: whether it could; searches leave the dataset out until it can
    """
    try:
        if model.Session.get(model.Package, package_id) is None:
            index_remove_package(package_id)
        else:
            index_update_package({"user": "", "ignore_auth": True}, package_id)
    except Exception:
        # one dataset that cannot be indexed must not keep the others from it
        log.exception("Dataset %s could not be indexed", package_id)
        return False
    return True

"""Asking and answering by HDX Connect's names: the same requests, roles and criteria."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Action, Context, DataDict

from ... import gate, jobs, notify, wording
from ...services import hdx_connect as counting
from ...services import queue as listing
from ...services.queue import Filter, Row
from .. import hdx_answering as answering
from .. import hdx_asking as asking
from .. import hdx_names, hdx_notes, hdx_told, queue
from .. import hdx_schema as schema

__all__ = [
    "hdx_send_request_data_auto_approval",
    "requestdata_increment_request_data_counters",
    "requestdata_notification_change",
    "requestdata_notification_create",
    "requestdata_notification_for_current_user",
    "requestdata_request_archive_by_package_id",
    "requestdata_request_create",
    "requestdata_request_data_counters_get",
    "requestdata_request_data_counters_get_all",
    "requestdata_request_data_counters_get_by_org",
    "requestdata_request_delete_by_package_id",
    "requestdata_request_list_for_current_user",
    "requestdata_request_list_for_organization",
    "requestdata_request_list_for_sysadmin",
    "requestdata_request_patch",
    "requestdata_request_show",
    "requestdata_request_update",
]


def offered() -> dict[str, Action]:
    """These, where no other plugin has HDX Connect's names."""
    return hdx_names.actions({name: globals()[name] for name in __all__})


@validate(schema.create)
def requestdata_request_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask for the data of a dataset as HDX's form does.

    What meets the criteria is sent. The rest is returned to you with what is missing: nobody else
    sees it before it is sent.

    :param package_id: the dataset
    :param sender_name: your name
    :param email_address: your address
    :param message_content: what exactly it is for
    :param sender_country, sender_organization_id, sender_organization_type, sender_intend: as on
        HDX, each with ``..._other``; what else: as ``isp_request_draft``
    :returns: as ``requestdata_request_show``, with ``requestdata_id`` and ``isp_notices``
    """
    tk.check_access("requestdata_request_create", context, data_dict)
    seat = asking.create(context, data_dict)
    model.Session.commit()
    jobs.wake()
    told = _noticed(context, hdx_told.one(seat.request), asking.notices(seat))
    return {"requestdata_id": told["id"], **told}


@tk.side_effect_free
@validate(schema.show)
def requestdata_request_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A request in HDX's shape, for those who look after it and whoever asked.

    :param id: its number
    :param package_id: the dataset (optional)
    """
    tk.check_access("requestdata_request_show", context, data_dict)
    return hdx_told.one(answering.find(context, data_dict).request)


@tk.side_effect_free
@validate(schema.part)
def requestdata_request_list_for_current_user(
    context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """The requests that you look after, the latest first; your own are in ``isp_request_list``.

    :param limit, offset: a part of them (optional)
    """
    tk.check_access("requestdata_request_list_for_current_user", context, data_dict)
    return hdx_told.several(_rows(context, data_dict, Filter(sort="newest")))


@tk.side_effect_free
@validate(schema.list_of_organization)
def requestdata_request_list_for_organization(
    context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """The requests for the data of an organization, the latest first, for those who answer them.

    :param org_id: its id or name
    :param limit, offset: a part of them (optional)
    """
    tk.check_access("requestdata_request_list_for_organization", context, data_dict)
    of = Filter(organization=_organization(data_dict["org_id"]), sort="newest")
    return hdx_told.several(_rows(context, data_dict, of))


@tk.side_effect_free
@validate(schema.part)
def requestdata_request_list_for_sysadmin(
    context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """All requests that were sent, the latest first, for focal points.

    :param limit, offset: a part of them (optional)
    """
    tk.check_access("requestdata_request_list_for_sysadmin", context, data_dict)
    return hdx_told.several(_rows(context, data_dict, Filter(sort="newest")))


@validate(schema.patch)
def requestdata_request_patch(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Answer a request: reply to it, refuse it, or say that its data was shared.

    It never approves: ``isp_request_agree`` does, with everything ticked that has to be.

    :param id: its number
    :param package_id: the dataset (optional)
    :param state: ``new``, ``open`` or ``archive``
    :param rejected: true refuses it; what was approved is revoked
    :param data_shared: true says that the data of an approved request was shared
    :param message_content: the reply, or why it is refused
    :returns: as ``requestdata_request_show``, with ``isp_notices``
    """
    tk.check_access("requestdata_request_patch", context, data_dict)
    seat = answering.find(context, data_dict, lock=True)
    notices = answering.patch(seat, data_dict)
    model.Session.commit()
    jobs.wake()
    return _noticed(context, hdx_told.one(seat.request), notices)


def requestdata_request_update(context: Context, data_dict: DataDict) -> None:
    """Does nothing, as on HDX."""
    tk.check_access("requestdata_request_update", context, data_dict)


def requestdata_notification_create(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Does nothing: whoever looks after a new request has it before them.

    :param users: each with ``id``
    """
    tk.check_access("requestdata_notification_create", context, data_dict)
    named = data_dict.get("users") or []
    ids = [str(one.get("id")) for one in named if isinstance(one, dict)]
    return [hdx_notes.told(user_id, seen=False) for user_id in ids]


@tk.side_effect_free
def requestdata_notification_for_current_user(context: Context, data_dict: DataDict) -> bool:
    """Whether you have seen all that waits for your answer."""
    tk.check_access("requestdata_notification_for_current_user", context, data_dict)
    return hdx_notes.seen(context)


@validate(schema.notification_change)
def requestdata_notification_change(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that you have seen what waits for your answer.

    :param user_id: yourself
    """
    tk.check_access("requestdata_notification_change", context, data_dict)
    told = hdx_notes.look(context, data_dict["user_id"])
    model.Session.commit()
    return told


@validate(schema.count)
def requestdata_increment_request_data_counters(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Counts nothing: requests are counted by what became of them.

    :param package_id: the dataset
    :param flag: ``request``, ``replied``, ``declined``, ``shared`` or ``shared and replied``
    :returns: as ``requestdata_request_data_counters_get``
    """
    tk.check_access("requestdata_increment_request_data_counters", context, data_dict)
    notice = {"code": "not_counted", "message": wording.hdx.counts_itself()}
    return _noticed(context, _counters(data_dict["package_id"]), [notice])


@tk.side_effect_free
@validate(schema.of_package)
def requestdata_request_data_counters_get(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How many requests for a dataset were sent, replied to, declined, and ended in sharing.

    :param package_id: the dataset
    :returns: ``package_id``, ``org_id``, ``requests``, ``replied``, ``declined``, ``shared``
    """
    tk.check_access("requestdata_request_data_counters_get", context, data_dict)
    return _counters(data_dict["package_id"])


@tk.side_effect_free
def requestdata_request_data_counters_get_all(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """The same of all datasets, for focal points; each number a row with one column, as on HDX."""
    tk.check_access("requestdata_request_data_counters_get_all", context, data_dict)
    return hdx_told.sums(counting.counted(model.Session))


@tk.side_effect_free
@validate(schema.of_organization)
def requestdata_request_data_counters_get_by_org(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """The same of the datasets of an organization, for those who answer its requests.

    :param org_id: its id or name
    """
    tk.check_access("requestdata_request_data_counters_get_by_org", context, data_dict)
    of = _organization(data_dict["org_id"])
    return hdx_told.sums(counting.counted(model.Session, organization_id=of))


@validate(schema.delete)
def requestdata_request_delete_by_package_id(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Refuse what waits for a dataset, with a reason; requests stay on record.

    :param package_id: the dataset
    :param message_content: why (optional)
    :returns: ``closed``, their numbers, and ``isp_notices``
    """
    tk.check_access("requestdata_request_delete_by_package_id", context, data_dict)
    package = _package(data_dict["package_id"])
    numbers = answering.close_all(context, package.id, data_dict.get("message_content"))
    return _closed(numbers)


@validate(schema.of_package)
def requestdata_request_archive_by_package_id(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Close the requests for a dataset that is open to everybody now; the worker does it, too.

    :param package_id: the dataset
    :returns: ``closed``, their numbers, and ``isp_notices``
    """
    tk.check_access("requestdata_request_archive_by_package_id", context, data_dict)
    return _closed(answering.close_open(_package(data_dict["package_id"])))


@validate(schema.show)
def hdx_send_request_data_auto_approval(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Sends nothing: whoever asked is told when their request is closed.

    :param id: its number
    :param package_id: the dataset
    :returns: as ``requestdata_request_show``
    """
    tk.check_access("hdx_send_request_data_auto_approval", context, data_dict)
    return hdx_told.one(answering.find(context, data_dict).request)


def _rows(context: Context, data_dict: DataDict, of: Filter) -> list[Row]:
    part = data_dict["limit"], data_dict["offset"]
    return listing.listed(model.Session, queue.reader(context), of, gate.today(), *part)


def _package(reference: str) -> model.Package:
    found = model.Package.get(reference)
    if found is None:
        raise tk.ObjectNotFound(wording.request.no_such_dataset())
    return found


def _organization(reference: str) -> str:
    found = model.Group.get(reference)
    if found is None or not found.is_organization:
        raise tk.ObjectNotFound(wording.hdx.no_such_organization())
    return found.id


def _counters(reference: str) -> dict[str, Any]:
    package = _package(reference)
    return hdx_told.counters(counting.counted(model.Session, package.id), package)


def _closed(numbers: list[int]) -> dict[str, Any]:
    model.Session.commit()
    jobs.wake()
    return answering.closed(numbers)


def _noticed(
    context: Context, told: dict[str, Any], notices: list[dict[str, str]]
) -> dict[str, Any]:
    notify.tell(context, notices)
    return {**told, "isp_notices": notices}

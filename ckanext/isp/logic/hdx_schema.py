"""What the actions with HDX Connect's names accept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args

from .. import wording
from ..policy.queue import Hdx
from .request_schema import said, texts
from .schema import Schema

OTHER = ("other", "hdx-other")
OR_OTHER = ("sender_organization_id", "sender_organization_type", "sender_intend")
FLAGS = ("request", "replied", "declined", "shared", "shared and replied")
EVERYTHING = 1_000_000


@validator_args
def create(not_empty: Any, isp_text: Any, email_validator: Any) -> Schema:
    """HDX's fields, and beside them the criteria by the names of our own."""
    or_other = {name: [_or_other, *rules] for name, rules in texts(*OR_OTHER).items()}
    return {
        **said(),
        **texts("sender_country", *(f"{name}_other" for name in OR_OTHER)),
        **or_other,
        "sender_name": [not_empty, isp_text],
        "email_address": [not_empty, isp_text, email_validator],
        "message_content": [not_empty, isp_text],
        "package_id": [not_empty, isp_text],
    }


@validator_args
def show(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"id": [not_empty, isp_id_of_kept], **texts("package_id")}


@validator_args
def patch(ignore_missing: Any, boolean_validator: Any) -> Schema:
    return {
        **show(),
        "state": [ignore_missing, _state],
        "data_shared": [ignore_missing, boolean_validator],
        "rejected": [ignore_missing, boolean_validator],
        **texts("message_content"),
    }


@validator_args
def part(ignore_missing: Any, natural_number_validator: Any, default: Any) -> Schema:
    """HDX tells everything at once; a part, where one is asked for."""
    return {
        "limit": [default(EVERYTHING), natural_number_validator],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def of_organization(not_empty: Any, isp_text: Any) -> Schema:
    return {"org_id": [not_empty, isp_text]}


def list_of_organization() -> Schema:
    return {**of_organization(), **part()}


@validator_args
def of_package(not_empty: Any, isp_text: Any) -> Schema:
    return {"package_id": [not_empty, isp_text]}


def count() -> Schema:
    return {**of_package(), "flag": [_flag]}


@validator_args
def delete(ignore_missing: Any) -> Schema:
    return {**of_package(), **texts("message_content")}


@validator_args
def notification_change(not_empty: Any, isp_text: Any) -> Schema:
    return {"user_id": [not_empty, isp_text]}


def _or_other(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Whoever says "other" says which."""
    if data.get(key) in OTHER and not data.get((f"{key[0]}_other",)):
        errors[key].append(wording.hdx.missing())


def _state(value: Any) -> Hdx:
    try:
        return Hdx(value)
    except ValueError:
        raise tk.Invalid(wording.hdx.no_state()) from None


def _flag(value: Any) -> str:
    if value not in FLAGS:
        raise tk.Invalid(wording.hdx.no_flag())
    return str(value)

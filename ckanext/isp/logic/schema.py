"""What the plugin's own actions accept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.i18n import get_locales_from_config
from ckan.logic.schema import validator_args

from ..policy.case import Kind, Stage
from ..policy.delivery import Channel
from ..policy.event import Event
from ..policy.exposed import Check
from ..policy.notice import Mails
from ..policy.scale import Exposure

Schema = dict[str, Any]
# how many of a list are told at a time
MANY, SOME, NOTICES, FEW = 100, 50, 25, 20
STANDINGS = ["unclassified", "incomplete", "looser", "stricter"]


def page_of(size: int) -> Schema:
    """Which part of a list is asked for."""
    number, default = tk.get_validator("natural_number_validator"), tk.get_validator("default")
    return {"limit": [default(size), number], "offset": [default(0), number]}


def answers_recent() -> Schema:
    return page_of(FEW)


@validator_args
def lowering_request(
    not_empty: Any, unicode_safe: Any, isp_dataset: Any, not_missing: Any
) -> Schema:
    return {
        "id": [not_empty, unicode_safe, isp_dataset],
        "to": [not_missing, unicode_safe],
        "reason": [not_empty, unicode_safe],
    }


@validator_args
def lowering_decide(
    not_empty: Any, natural_number_validator: Any, unicode_safe: Any, ignore_missing: Any
) -> Schema:
    return {
        "id": [not_empty, natural_number_validator],
        "reason": [ignore_missing, unicode_safe],
    }


@validator_args
def lowering_approve(ignore_missing: Any, boolean_validator: Any) -> Schema:
    return {**lowering_decide(), "apply": [ignore_missing, boolean_validator]}


@validator_args
def lowering_refuse(not_empty: Any, unicode_safe: Any) -> Schema:
    return {**lowering_decide(), "reason": [not_empty, unicode_safe]}


@validator_args
def lowering_list(
    ignore_missing: Any,
    unicode_safe: Any,
    isp_dataset: Any,
    natural_number_validator: Any,
) -> Schema:
    return {
        "id": [ignore_missing, unicode_safe, isp_dataset],
        "proposal": [ignore_missing, natural_number_validator],
        **page_of(MANY),
    }


@validator_args
def timeline(not_empty: Any, unicode_safe: Any, isp_dataset: Any) -> Schema:
    return {
        "id": [not_empty, unicode_safe, isp_dataset],
        **page_of(MANY),
    }


@validator_args
def verdict(
    ignore_missing: Any,
    unicode_safe: Any,
    boolean_validator: Any,
    isp_sensitivity: Any,
    isp_dataset: Any,
) -> Schema:
    return {
        "id": [ignore_missing, unicode_safe, isp_dataset],
        "answers": [ignore_missing],
        "sensitivity": [ignore_missing, isp_sensitivity],
        "holds_resources": [ignore_missing, boolean_validator],
        "owner_org": [ignore_missing, unicode_safe],
        "private": [ignore_missing, boolean_validator],
        "every": [ignore_missing, boolean_validator],
    }


@validator_args
def classify(
    not_empty: Any,
    one_of: Any,
    ignore_missing: Any,
    unicode_safe: Any,
    boolean_validator: Any,
    isp_sensitivity: Any,
    isp_dataset: Any,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe, isp_dataset],
        "answers": [ignore_missing],
        "sensitivity": [ignore_missing, isp_sensitivity],
        "reason": [ignore_missing, unicode_safe],
        "lower": [ignore_missing, boolean_validator],
        "exposure": [ignore_missing, one_of([exposure.slug for exposure in Exposure])],
        "corporate": [ignore_missing, boolean_validator],
    }


@validator_args
def classify_many(not_missing: Any, ignore_missing: Any, boolean_validator: Any) -> Schema:
    return {"rows": [not_missing], "dry_run": [ignore_missing, boolean_validator]}


@validator_args
def classify_csv(
    not_empty: Any, unicode_safe: Any, ignore_missing: Any, boolean_validator: Any
) -> Schema:
    return {
        "csv": [not_empty, unicode_safe],
        "dry_run": [ignore_missing, boolean_validator],
    }


@validator_args
def one_dataset(not_empty: Any, unicode_safe: Any, isp_dataset: Any) -> Schema:
    return {"id": [not_empty, unicode_safe, isp_dataset]}


@validator_args
def classification_list(
    ignore_missing: Any, unicode_safe: Any, one_of: Any, group_id_or_name_exists: Any
) -> Schema:
    return {
        "what": [ignore_missing, one_of(STANDINGS)],
        "organization": [ignore_missing, unicode_safe, group_id_or_name_exists],
        "q": [ignore_missing, unicode_safe],
        **page_of(SOME),
    }


@validator_args
def protocol_list() -> Schema:
    return {}


@validator_args
def protocol_show(
    ignore_missing: Any, isp_text: Any, isp_id_of_kept: Any, unicode_safe: Any
) -> Schema:
    return {
        "id": [ignore_missing, isp_id_of_kept],
        "key": [ignore_missing, isp_text],
        "version": [ignore_missing, isp_text],
        "q": [ignore_missing, unicode_safe],
    }


@validator_args
def protocol_source(not_empty: Any, isp_document: Any) -> Schema:
    return {"source": [not_empty, isp_document]}


@validator_args
def protocol_simulate(
    ignore_missing: Any,
    isp_text: Any,
    isp_id_of_kept: Any,
    isp_document: Any,
    default: Any,
    one_of: Any,
    unicode_safe: Any,
) -> Schema:
    return {
        "id": [ignore_missing, isp_id_of_kept],
        "key": [ignore_missing, isp_text],
        "source": [ignore_missing, isp_document],
        "act": [default("activate"), one_of(["activate", "retire"])],
        "effect": [ignore_missing, one_of(["tighten", "loosen"])],
        "organization": [ignore_missing, unicode_safe],
        **page_of(MANY),
    }


@validator_args
def protocol_propose(
    not_empty: Any, ignore_missing: Any, isp_text: Any, one_of: Any, isp_id_of_kept: Any
) -> Schema:
    return {
        "act": [not_empty, one_of(["activate", "retire", "undo"])],
        "id": [ignore_missing, isp_id_of_kept],
        "proposal": [ignore_missing, isp_id_of_kept],
        "reason": [not_empty, isp_text],
    }


@validator_args
def protocol_decide(
    not_empty: Any,
    not_missing: Any,
    ignore_missing: Any,
    isp_text: Any,
    isp_id_of_kept: Any,
    boolean_validator: Any,
) -> Schema:
    return {
        "proposal": [not_empty, isp_id_of_kept],
        "approve": [not_missing, boolean_validator],
        "reason": [ignore_missing, isp_text],
    }


@validator_args
def protocol_proposals(ignore_missing: Any, isp_id_of_kept: Any) -> Schema:
    return {"proposal": [ignore_missing, isp_id_of_kept]}


@validator_args
def protocol_export(one_of: Any, default: Any) -> Schema:
    return {**protocol_show(), "format": [default("yaml"), one_of(["yaml", "csv", "xlsx"])]}


@validator_args
def protocol_import(not_missing: Any) -> Schema:
    return {"file": [not_missing]}


@validator_args
def acknowledge(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"id": [not_empty, isp_id_of_kept]}


@validator_args
def protocol_compare(not_empty: Any, isp_reference: Any) -> Schema:
    return {"a": [not_empty, isp_reference], "b": [not_empty, isp_reference]}


@validator_args
def review_list(ignore_missing: Any, unicode_safe: Any) -> Schema:
    return {
        "protocol": [ignore_missing, unicode_safe],
        "organization": [ignore_missing, unicode_safe],
        **page_of(SOME),
    }


@validator_args
def case_open(
    not_empty: Any, isp_text: Any, one_of: Any, ignore_missing: Any, isp_day_to_come: Any
) -> Schema:
    return {
        "kind": [not_empty, one_of([kind.value for kind in Kind])],
        "title": [not_empty, isp_text],
        "note": [not_empty, isp_text],
        "organizations": [ignore_missing],
        "id": [ignore_missing, isp_text],
        "due": [ignore_missing, isp_day_to_come],
    }


@validator_args
def case_move(
    not_empty: Any,
    isp_text: Any,
    isp_id_of_kept: Any,
    one_of: Any,
    ignore_missing: Any,
    isp_day_to_come: Any,
) -> Schema:
    stage = one_of([stage.value for stage in Stage])
    return {
        "case": [not_empty, isp_id_of_kept],
        "to": [not_empty, stage],
        "note": [not_empty, isp_text],
        "seen": [ignore_missing, stage],
        "due": [ignore_missing, isp_day_to_come],
    }


@validator_args
def case_show(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"case": [not_empty, isp_id_of_kept]}


def case_list() -> Schema:
    return {}


@validator_args
def review_confirm(not_missing: Any) -> Schema:
    return {"ids": [not_missing]}


def notice_list() -> Schema:
    return page_of(NOTICES)


@validator_args
def notice_read(ignore_missing: Any, isp_id_of_kept: Any) -> Schema:
    return {
        "id": [ignore_missing, isp_id_of_kept],
        "request": [ignore_missing, isp_id_of_kept],
    }


@validator_args
def notice_settings(ignore_missing: Any, one_of: Any) -> Schema:
    return {
        "mails": [ignore_missing, one_of([one.value for one in Mails])],
        "language": [ignore_missing, one_of(get_locales_from_config())],
    }


@validator_args
def exposure_check(
    not_empty: Any,
    unicode_safe: Any,
    isp_dataset: Any,
    one_of: Any,
    ignore_missing: Any,
    boolean_validator: Any,
    isp_text: Any,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe, isp_dataset],
        "check": [not_empty, one_of([check.value for check in Check])],
        "done": [ignore_missing, boolean_validator],
        "note": [ignore_missing, isp_text],
    }


DESCRIBING = ("name", "description", "name_withheld")


@validator_args
def file_create(
    not_empty: Any, isp_text: Any, ignore_missing: Any, boolean_validator: Any
) -> Schema:
    return {
        "id": [not_empty, isp_text, tk.get_validator("isp_dataset")],
        "upload": [ignore_missing],
        "name": [ignore_missing, isp_text],
        "description": [ignore_missing, isp_text],
        "format": [ignore_missing, isp_text],
        "name_withheld": [ignore_missing, boolean_validator],
        "replaces": [ignore_missing, isp_text],
    }


@validator_args
def one_file(not_empty: Any, isp_text: Any) -> Schema:
    return {"file": [not_empty, isp_text]}


@validator_args
def file_patch(
    not_empty: Any, isp_text: Any, ignore_missing: Any, boolean_validator: Any
) -> Schema:
    return {
        "file": [not_empty, isp_text],
        "name": [ignore_missing, isp_text],
        "description": [ignore_missing, isp_text],
        "name_withheld": [ignore_missing, boolean_validator],
    }


@validator_args
def file_destroy(not_empty: Any, isp_text: Any) -> Schema:
    return {"file": [not_empty, isp_text], "reason": [not_empty, isp_text]}


@validator_args
def delivery_create(
    not_empty: Any, isp_text: Any, one_of: Any, ignore_missing: Any, isp_day_past: Any
) -> Schema:
    return {
        "id": [not_empty, isp_text, tk.get_validator("isp_dataset")],
        "files": [not_empty],
        "channel": [not_empty, one_of([channel.value for channel in Channel])],
        "to": [not_empty, isp_text],
        "organization": [not_empty, isp_text],
        "on": [ignore_missing, isp_day_past],
        "note": [ignore_missing, isp_text],
    }


@validator_args
def _log_filters(isp_day: Any, ignore_missing: Any, one_of: Any, isp_text: Any) -> Schema:
    return {
        "from": [ignore_missing, isp_day],
        "to": [ignore_missing, isp_day],
        "kind": [ignore_missing, one_of([kind.value for kind in Event])],
        "dataset": [ignore_missing, isp_text],
        "person": [ignore_missing, isp_text],
    }


def log_list() -> Schema:
    return {**_log_filters(), **page_of(SOME)}


@validator_args
def log_export(ignore_missing: Any, one_of: Any, isp_id_of_kept: Any) -> Schema:
    return {
        **_log_filters(),
        "format": [ignore_missing, one_of(["csv", "json"])],
        "after": [ignore_missing, isp_id_of_kept],
    }


@validator_args
def one_event(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"event": [not_empty, isp_id_of_kept]}


@validator_args
def log_annotate(not_empty: Any, isp_text: Any) -> Schema:
    return {**one_event(), "note": [not_empty, isp_text]}


@validator_args
def log_forget(not_empty: Any, isp_text: Any) -> Schema:
    return {"person": [not_empty, isp_text]}

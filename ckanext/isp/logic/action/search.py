"""Doors through which datasets are found."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from .. import fresh

__all__ = [
    "current_package_list_with_resources",
    "member_list",
    "package_autocomplete",
    "package_relationships_list",
    "package_search",
    "tag_show",
]


@tk.side_effect_free
@tk.chained_action
def package_search(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Search datasets; what the index has not heard of yet is left out."""
    return fresh.search(up, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def current_package_list_with_resources(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List datasets; what the index has not heard of yet is left out."""
    return fresh.listed(up, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def package_autocomplete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Suggest datasets that the user may see."""
    found = up(context, data_dict)
    seen = fresh.seen(context, (dataset["name"] for dataset in found))
    return [dataset for dataset in found if dataset["name"] in seen]


@tk.side_effect_free
@tk.chained_action
def member_list(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List members; of the datasets those that the user may see."""
    found = up(context, data_dict)
    seen = fresh.seen(context, (id for id, kind, _capacity in found if kind == "package"))
    return [member for member in found if member[1] != "package" or member[0] in seen]


@tk.side_effect_free
@tk.chained_action
def package_relationships_list(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List the relationships of a dataset with those that the user may see."""
    found = up(context, data_dict)
    ends = ("subject", "object")
    seen = fresh.seen(context, {relation[end] for relation in found for end in ends})
    return [relation for relation in found if all(relation[end] in seen for end in ends)]


@tk.side_effect_free
@tk.chained_action
def tag_show(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Show a tag; its datasets are those that a search by the same user finds."""
    tag = up(context, {**data_dict, "include_datasets": False})
    if tk.asbool(data_dict.get("include_datasets", False)):
        query = {"fq": f'+{_field_of(tag)}:"{tag["name"]}"', "rows": 1000}
        tag["packages"] = tk.get_action("package_search")(context, query)["results"]
    return tag


def _field_of(tag: dict[str, Any]) -> str:
    vocabulary = model.Vocabulary.get(tag.get("vocabulary_id"))
    return f"vocab_{vocabulary.name}" if vocabulary else "tags"

"""Doors through which datasets are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from .. import fresh, unseen

# more than a portal has, fewer than would be slow
FORMATS_AT_MOST, FORMATS_SUGGESTED = 1000, 5

__all__ = [
    "am_following_dataset",
    "current_package_list_with_resources",
    "dataset_follower_count",
    "format_autocomplete",
    "group_list",
    "group_list_authz",
    "member_list",
    "organization_list",
    "organization_list_for_user",
    "package_autocomplete",
    "package_relationships_list",
    "package_search",
    "tag_autocomplete",
    "tag_list",
    "tag_search",
    "tag_show",
    "unfollow_dataset",
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


@tk.side_effect_free
@tk.chained_action
def tag_list(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List tags of datasets that the user may see."""
    found = up(context, data_dict)
    names = [tag["name"] if isinstance(tag, dict) else tag for tag in found]
    known = _tags_told(context, data_dict, names)
    return [tag for tag, name in zip(found, names, strict=True) if name in known]


@tk.side_effect_free
@tk.chained_action
def tag_search(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Search tags of datasets that the user may see."""
    found = up(context, _whole(data_dict))["results"]
    known = _tags_told(context, data_dict, [tag["name"] for tag in found])
    kept = [tag for tag in found if tag["name"] in known]
    return {"count": len(kept), "results": _part(kept, data_dict)}


@tk.side_effect_free
@tk.chained_action
def tag_autocomplete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Suggest tags of datasets that the user may see."""
    found = up(context, _whole(data_dict))
    known = _tags_told(context, data_dict, found)
    return _part([name for name in found if name in known], data_dict)


@tk.side_effect_free
@tk.chained_action
def format_autocomplete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Suggest formats of files that the user may see."""
    found = up(context, {**data_dict, "limit": FORMATS_AT_MOST})
    known = fresh.told(context, fresh.FORMATS, found)
    limit = {"limit": data_dict.get("limit") or FORMATS_SUGGESTED}
    return _part([name for name in found if name in known], limit)


@tk.side_effect_free
@tk.chained_action
def organization_list_for_user(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List somebody's organizations; datasets are counted that the asking user may see."""
    return up(_with_counts(context, data_dict), data_dict)


@tk.side_effect_free
@tk.chained_action
def group_list_authz(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List the groups that a user may edit; datasets are counted that the user may see."""
    return up(_with_counts(context, data_dict), data_dict)


@tk.side_effect_free
@tk.chained_action
def group_list(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List groups; datasets are counted that the user may see."""
    return _recounted(context, up(context, data_dict))


@tk.side_effect_free
@tk.chained_action
def organization_list(up: Action, context: Context, data_dict: DataDict) -> Any:
    """List organizations; datasets are counted that the user may see."""
    return _recounted(context, up(context, data_dict))


@tk.side_effect_free
@tk.chained_action
def dataset_follower_count(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Count the followers of a dataset that the user may see."""
    return up(context, unseen.of_a_seen_dataset(context, data_dict))


@tk.side_effect_free
@tk.chained_action
def am_following_dataset(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Whether the user follows a dataset that the user may see."""
    return up(context, unseen.of_a_seen_dataset(context, data_dict))


@tk.chained_action
def unfollow_dataset(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Follow a dataset no more that the user may see."""
    return up(context, unseen.of_a_seen_dataset(context, data_dict))


def _tags_told(context: Context, of: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """Of tags, those of datasets that the user may see. Those of a vocabulary are the portal's."""
    if of.get("vocabulary_id"):
        return set(names)
    return fresh.told(context, fresh.TAGS, names)


def _whole(data_dict: DataDict) -> DataDict:
    return {key: value for key, value in data_dict.items() if key not in ("limit", "offset")}


def _part(found: list[Any], data_dict: DataDict) -> list[Any]:
    first, limit = int(data_dict.get("offset") or 0), data_dict.get("limit")
    return found[first:] if limit is None else found[first : first + int(limit)]


def _with_counts(context: Context, data_dict: DataDict) -> Context:
    if tk.asbool(data_dict.get("include_dataset_count", False)):
        context["dataset_counts"] = fresh.counts(context, "+dataset_type:dataset")
    return context


def _recounted(context: Context, found: list[Any]) -> list[Any]:
    """CKAN counts what its index holds, and not what waits to be indexed."""
    counted = [one for one in found if isinstance(one, dict) and "package_count" in one]
    counts = fresh.counts(context) if counted else {}
    for one in counted:
        field, key = ("owner_org", "id") if one["is_organization"] else ("groups", "name")
        one["package_count"] = counts[field].get(one[key], 0)
    return found


def _field_of(tag: dict[str, Any]) -> str:
    vocabulary = model.Vocabulary.get(tag.get("vocabulary_id"))
    return f"vocab_{vocabulary.name}" if vocabulary else "tags"

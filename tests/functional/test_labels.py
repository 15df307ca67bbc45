"""What somebody may read is asked in one question, and answered as CKAN answers it in many."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.plugins import DefaultPermissionLabels, get_permission_labels
from ckan.tests import factories
from conftest import Dataset
from test_datasets import act

from ckanext.isp.logic import fresh
from ckanext.isp.services import labels as services_labels
from ckanext.isp.services.labels import of_granted


def labels(user: dict[str, Any]) -> tuple[set[str], set[str]]:
    """What the portal gives a user, and what CKAN alone would."""
    row = model.User.get(user["id"])
    ours: Any = get_permission_labels()
    return set(ours.get_user_dataset_labels(row)), set(
        DefaultPermissionLabels().get_user_dataset_labels(row)
    )


def member_of(user: dict[str, Any], role: str, **of: Any) -> dict[str, Any]:
    return factories.Organization(users=[{"name": user["name"], "capacity": role}], **of)


@pytest.mark.parametrize("role", ["member", "editor", "admin"])
def test_every_role_reads_its_organization(role: str) -> None:
    user = factories.User()
    organization = member_of(user, role)
    factories.Organization()
    factories.Group(user=user)
    ours, ckans = labels(user)
    assert ours == ckans
    assert f"member-{organization['id']}" in ours


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_an_organization_below_is_read_by_those_whose_role_cascades(role: str) -> None:
    user = factories.User()
    above = member_of(user, role)
    below = factories.Organization(groups=[{"name": above["name"]}])
    lowest = factories.Organization(groups=[{"name": below["name"]}])
    ours, ckans = labels(user)
    assert ours == ckans
    assert (f"member-{lowest['id']}" in ours) is (role == "admin")


def test_a_role_that_ended_and_an_organization_that_was_deleted_give_nothing() -> None:
    user = factories.User()
    left, deleted = member_of(user, "member"), member_of(user, "editor")
    sysadmin = factories.Sysadmin()
    act("organization_member_delete", sysadmin, id=left["id"], username=user["name"])
    act("organization_delete", sysadmin, id=deleted["id"])
    ours, ckans = labels(user)
    assert ours == ckans == {"public", f"creator-{user['id']}"}


@pytest.mark.parametrize("shared", [True, False])
def test_a_collaborator_reads_the_dataset_where_the_portal_lets_datasets_be_shared(
    shared: bool, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, owner = factories.User(), factories.User()
    made = factories.Dataset(owner_org=member_of(owner, "editor")["id"], user=owner)
    monkeypatch.setitem(ckan_config, "ckan.auth.allow_dataset_collaborators", True)
    asked = {"id": made["id"], "user_id": user["id"], "capacity": "member"}
    act("package_collaborator_create", factories.Sysadmin(), **asked)
    monkeypatch.setitem(ckan_config, "ckan.auth.allow_dataset_collaborators", shared)
    ours, ckans = labels(user)
    assert ours == ckans
    assert (f"collaborator-{made['id']}" in ours) is shared


def test_a_sysadmin_reads_every_organization() -> None:
    factories.Organization()
    ours, ckans = labels(factories.Sysadmin())
    assert ours == ckans


@pytest.mark.parametrize("between", ["", "~", "\x1f"])
def test_many_labels_show_what_each_of_them_shows_and_nobody_adds_another(
    between: str, dataset: Dataset, editor: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset(sensitivity="high")
    asked = {"q": f"id:{made['id']}", "include_private": True}
    stranger = factories.User()
    monkeypatch.setattr(fresh, "MANY_LABELS", 1)
    of_user = services_labels.of_user

    def odd(session: Any, user_id: str, **how: Any) -> list[str]:
        # as another plugin might word one
        more = [f"odd{between}", f"odd~\x1f{between}member-{made['owner_org']}"] if between else []
        return [*of_user(session, user_id, **how), *more]

    monkeypatch.setattr(services_labels, "of_user", odd)
    assert act("package_search", editor, **asked)["count"] == 1
    assert act("package_search", stranger, **asked)["count"] == 0
    theirs = f"member-{made['owner_org']}"
    query = {"q": asked["q"], fresh.LABELS: theirs}
    assert search.query_for("package").run(query, ["public", "nobody's"])["count"] == 0


def test_what_was_written_before_a_raise_is_for_those_to_whom_the_dataset_is_granted(
    dataset: Dataset, editor: dict[str, Any]
) -> None:
    made = dataset(sensitivity="low", private=False)
    raised = {"id": made["id"], "sensitivity": "severe"}
    tk.get_action("package_patch")({"user": editor["name"]}, raised)
    asked = sa.text("SELECT permission_labels FROM activity WHERE object_id = :id")
    written = model.Session.scalars(asked, {"id": made["id"]}).all()
    assert len(written) == 2
    shown = get_permission_labels().get_dataset_labels(model.Package.get(made["id"]))
    assert of_granted(made["id"]) in shown
    assert all(set(shown) <= set(labels) for labels in written)

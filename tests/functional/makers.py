"""People and organizations as rows: CKAN's actions take longer than most of what tests look at."""

from __future__ import annotations

import itertools
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

_number = itertools.count(1)


class Person(dict[str, Any]):
    """A user, as ``user_show`` tells one; the token is made when it is first asked for."""

    def __missing__(self, key: str) -> Any:
        if key != "token":
            raise KeyError(key)
        asked = {"user": self["name"], "name": "tests"}
        made = tk.get_action("api_token_create")({"ignore_auth": True, "user": ""}, asked)
        self["token"] = made["token"]
        return self["token"]


def person(*, sysadmin: bool = False, fullname: str = "") -> Person:
    """Somebody with an account."""
    name = f"somebody-{next(_number):04d}"
    called = fullname or name.title()
    user = model.User(name=name, fullname=called, email=f"{name}@example.org", sysadmin=sysadmin)
    user.password = "correct-horse-staple"
    model.Session.add(user)
    model.Session.commit()
    told = {key: getattr(user, key) for key in ("id", "name", "fullname", "email", "display_name")}
    return Person(told, sysadmin=sysadmin)


def organization(**members: dict[str, Any]) -> dict[str, Any]:
    """An organization.

    :param members: people by their role
    """
    name = f"organization-{next(_number):04d}"
    group = model.Group(
        name=name,
        title=name.title(),
        description=f"The {name} of the tests",
        type="organization",
        is_organization=True,
        approval_status="approved",
    )
    model.Session.add(group)
    model.Session.commit()
    made = {"id": group.id, "name": name, "title": group.title, "display_name": group.title}
    for role, user in members.items():
        join(made, user, role)
    return made


def join(of: dict[str, Any], user: dict[str, Any], role: str) -> dict[str, Any]:
    """Let somebody be a member of an organization.

    :returns: the person
    """
    model.Session.add(
        model.Member(
            table_name="user",
            table_id=user["id"],
            group=model.Group.get(of["id"]),
            capacity=role,
            state="active",
        )
    )
    model.Session.commit()
    return user

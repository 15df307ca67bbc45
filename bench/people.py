"""Makes accounts in the portal that CKAN_INI names: python -m bench.people NUMBER

The first administers the bench's organization, the others belong to none. Prints the id and the
token of each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app

from bench.fill import ORGANIZATION
from bench.portals import Portal


class Person(NamedTuple):
    """Somebody with an account."""

    id: str
    token: str


def made(portal: Portal, number: int) -> list[Person]:
    """An administrator of the organization, and so many others."""
    command = [sys.executable, "-m", "bench.people", str(number)]
    answer = subprocess.run(
        command, env=portal.environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return [Person(*told) for told in json.loads(answer.stdout.splitlines()[-1])]


def main(number: int) -> None:
    app = make_app(load_config(os.environ["CKAN_INI"]))
    with app._wsgi_app.test_request_context():
        accounts = [account(at) for at in range(number + 1)]
        model.Session.add_all(accounts)
        model.Session.flush()
        admin = {"table_name": "user", "table_id": accounts[0].id, "capacity": "admin"}
        organization = model.Group.get(ORGANIZATION)
        model.Session.add(model.Member(group=organization, state="active", **admin))
        model.Session.commit()
        told = [(user.id, token(user.id)) for user in accounts]
    print(json.dumps(told))


def account(number: int) -> Any:
    name = f"bench-person-{number}"
    return model.User(name=name, fullname=name.title(), email=f"{name}@example.org")


def token(user_id: str) -> str:
    asked = {"user": user_id, "name": "bench"}
    return str(tk.get_action("api_token_create")({"ignore_auth": True, "user": ""}, asked)["token"])


if __name__ == "__main__":
    main(int(sys.argv[1]))

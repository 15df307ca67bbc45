"""Fills the portal that CKAN_INI names with a catalogue: python -m bench.fill SIZE

Rows are copied in SQL, alike on every portal down to their ids; then the index is built anew.
Prints the editor's token.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.lib import search

ORGANIZATION, EDITOR = "bench-organization", "bench-editor"

# of ten datasets one is Severe and private, two are Moderate and on request, seven Low and open
PACKAGES = """
    INSERT INTO package (id, name, title, notes, type, state, private, owner_org, creator_user_id,
                         metadata_created, metadata_modified, extras)
    SELECT md5('bench' || n)::uuid, 'bench-' || n, 'Survey ' || n,
           repeat('Who does what, where, and for whom. ', 15), 'dataset', 'active', n % 10 = 0,
           :organization, :editor, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',
           CASE WHEN n % 10 = 0 THEN '{"sensitivity": "severe"}'
                WHEN n % 10 < 3 THEN '{"sensitivity": "moderate", "is_requestdata_type": "true"}'
                ELSE '{"sensitivity": "low"}' END::jsonb
      FROM generate_series(:first, :last) AS n
"""
RESOURCES = """
    INSERT INTO resource (id, package_id, url, name, format, position, state, hash, description,
                          created, metadata_modified, extras)
    SELECT md5('bench' || n || '-' || k)::uuid, md5('bench' || n)::uuid,
           'https://example.org/' || n || '/' || k || '.csv', 'Table ' || k, 'CSV', k, 'active', '',
           'Rows of table ' || k, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', '{}'
      FROM generate_series(:first, :last) AS n, generate_series(0, 1) AS k
     WHERE n % 10 = 0 OR n % 10 > 2
"""


def main(size: int) -> None:
    app = make_app(load_config(os.environ["CKAN_INI"]))
    with app._wsgi_app.test_request_context():
        token = people()
        add(size)
        search.rebuild(defer_commit=True, quiet=True, force=True, clear=True)
        search.commit()
        settle()
    print(json.dumps({"token": token}))


def people() -> str:
    """The organisation and its editor, made once."""
    system: Any = {
        "ignore_auth": True,
        "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"],
    }
    if model.Group.get(ORGANIZATION) is None:
        tk.get_action("organization_create")({**system}, {"name": ORGANIZATION})
        person = {
            "name": EDITOR,
            "email": "editor@example.org",
            "password": "a password for the bench",
        }
        tk.get_action("user_create")({**system}, person)
        member = {"id": ORGANIZATION, "username": EDITOR, "role": "editor"}
        tk.get_action("organization_member_create")({**system}, member)
    token = tk.get_action("api_token_create")({**system}, {"user": EDITOR, "name": "bench"})
    return str(token["token"])


def add(size: int) -> None:
    """As many datasets as are missing."""
    session = model.Session
    present = session.scalar(sa.text("SELECT count(*) FROM package")) or 0
    last = session.scalar(sa.text("SELECT count(*) FROM package WHERE name LIKE 'bench-%'")) or 0
    span = {"first": last + 1, "last": last + size - present}
    people = {
        "organization": model.Group.get(ORGANIZATION).id,
        "editor": model.User.get(EDITOR).id,
    }
    session.execute(sa.text(PACKAGES), {**span, **people})
    session.execute(sa.text(RESOURCES), span)
    session.commit()


def settle() -> None:
    """Nothing is left over from filling for the requests that are measured: the index has been
    told, and what autovacuum would do within a minute is done.
    """
    if p.plugin_loaded("isp"):
        model.Session.execute(sa.text("DELETE FROM isp_outbox"))
    model.Session.commit()
    with model.meta.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))


if __name__ == "__main__":
    main(int(sys.argv[1]))

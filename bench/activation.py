"""python -m bench.activation [SIZE]: how long it takes to change protocols in a large catalogue.

A protocol that raises every dataset is simulated, proposed, approved and undone, by two people.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app

from bench.portals import Portal, free_port

SIZE, ORGANIZATIONS = 100_000, 20
ANSWERS = (
    '{"type": ["facilities"], "place": ["AFG"], "granularity": ["site"], "personal_data": [], '
    '"household_level": ["no"], "unprocessed_responses": ["no"]}'
)
PROTOCOL = """
isp: 1
key: bench
title: The bench's protocol
version: "1"
status: endorsed
languages: [en]
scope: {kind: country, places: [AFG]}
levels:
  - {key: low, as: low}
  - {key: moderate, as: moderate}
  - {key: high, as: high}
  - {key: severe, as: severe}
rows:
  - {level: high, type: facilities, words: Facilities, when: {granularity: site}}
"""

# Low and open, every other one with two resources; each was written about once
ROWS = (
    """
    INSERT INTO "group" (id, name, title, type, is_organization, state)
    SELECT 'org-' || n, 'org-' || n, 'Organization ' || n, 'organization', true, 'active'
      FROM generate_series(0, :organizations - 1) AS n""",
    """
    INSERT INTO package (id, name, title, notes, type, state, private, owner_org,
                         metadata_created, metadata_modified, extras)
    SELECT md5('bench' || n)::uuid, 'bench-' || n, 'Survey ' || n,
           repeat('Who does what, where, and for whom. ', 15), 'dataset', 'active', false,
           'org-' || n % :organizations, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',
           '{"sensitivity": "low"}'::jsonb
      FROM generate_series(1, :size) AS n""",
    """
    INSERT INTO resource (id, package_id, url, name, format, position, state, hash, description,
                          created, metadata_modified, extras)
    SELECT md5('bench' || n || '-' || k)::uuid, md5('bench' || n)::uuid,
           'https://example.org/' || n || '/' || k || '.csv', 'Table ' || k, 'CSV', k, 'active', '',
           '', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', '{}'
      FROM generate_series(2, :size, 2) AS n, generate_series(0, 1) AS k""",
    """
    INSERT INTO activity (id, timestamp, user_id, object_id, activity_type, permission_labels)
    SELECT md5('activity' || n)::uuid, now() AT TIME ZONE 'UTC', '', md5('bench' || n)::uuid,
           'new package', ARRAY['public'] FROM generate_series(1, :size) AS n""",
    """
    INSERT INTO isp_classification (package_id, answers, level, protocols)
    SELECT md5('bench' || n)::uuid, CAST(:answers AS jsonb), 'low', '[]'
      FROM generate_series(1, :size) AS n""",
    "DELETE FROM isp_outbox",
)
STANDING = sa.text(
    "SELECT extras->>'sensitivity' AS level, private, count(*) FROM package GROUP BY 1, 2"
)


def main(size: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal("isp", Path(folder) / "isp", free_port())
        portal.write_ini()
        portal.make()
        command = [sys.executable, "-m", "bench.activation", str(size), "--in-portal"]
        return subprocess.call(command, env=portal.environment())


def measure(size: int) -> None:
    """Fill the portal that CKAN_INI names, and change its protocols."""
    make_app(load_config(os.environ["CKAN_INI"]))
    fill(size)
    one, other = (person(name) for name in ("bench-one", "bench-other"))
    timed("list what is looser", lambda: call("isp_classification_list", one, what="looser"))
    timed("list reviews", lambda: call("isp_review_list", one))
    load = timed("load", lambda: call("isp_protocol_load", one, source=PROTOCOL))
    timed("simulate", lambda: call("isp_protocol_simulate", one, id=load["id"]))
    about = {"reason": "Endorsed"}
    asked = {"act": "activate", "id": load["id"], **about}
    proposal = timed("propose", lambda: call("isp_protocol_propose", one, **asked))["id"]
    approve = {"approve": True}
    timed("activate", lambda: call("isp_protocol_decide", other, proposal=proposal, **approve))
    told()
    undo = {"act": "undo", "proposal": proposal, **about}
    back = timed("propose to undo", lambda: call("isp_protocol_propose", one, **undo))["id"]
    timed("undo", lambda: call("isp_protocol_decide", other, proposal=back, **approve))
    told()
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def fill(size: int) -> None:
    values = {"size": size, "organizations": ORGANIZATIONS, "answers": ANSWERS}
    with model.meta.engine.begin() as connection:
        for statement in ROWS:
            connection.execute(sa.text(statement), values)
    with model.meta.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))


def person(name: str) -> str:
    user = model.User(name=name, email=f"{name}@example.org", sysadmin=True)
    model.Session.add(user)
    model.Session.commit()
    return name


def call(action: str, user: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user}, data)


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Prints how long it took, and how long it computed: on a busy machine that is less."""
    began, computed = time.perf_counter(), computing()
    answer = work()
    seconds = time.perf_counter() - began
    print(f"{what}: {seconds:.1f} s, {computing() - computed:.1f} s computing", flush=True)
    return answer


def computing() -> float:
    """Seconds that this process and its process of the database have computed; 0 elsewhere."""
    pid = model.Session.scalar(sa.text("SELECT pg_backend_pid()"))
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return time.process_time()
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def told() -> None:
    for row in model.Session.execute(STANDING):
        print(f"  {row.count} {row.level}, {'members only' if row.private else 'public'}")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    sys.exit(measure(size) if "--in-portal" in sys.argv else main(size))

"""python -m bench.log [EVENTS]: how long chaining, verifying and exporting a record take."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.portals import Portal, free_port

# as those of downloads, which are most of a record
FILL = """
    INSERT INTO isp_event (
        kind, package_id, actor, protocol, protocol_version, reason, door, details)
    SELECT 'file_downloaded', md5((n % 500)::text), isp_person_of('user ' || n % 200), 'iasc', '2',
           'Distribution plan of week ' || n % 52, 'isp_file_show',
           jsonb_build_object('file', md5(n::text), 'right', 'member', 'bytes', n)
      FROM generate_series(1, :count) n"""


def main(count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal("isp", Path(folder) / "isp", free_port())
        portal.write_ini()
        portal.make()
        command = [sys.executable, "-m", "bench.log", str(count), "--in-portal"]
        return subprocess.call(command, env=portal.environment())


def measure(count: int) -> int:
    """In the portal that CKAN_INI names."""
    import sqlalchemy as sa
    from ckan import model
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    from ckanext.isp import jobs
    from ckanext.isp.services import chain

    app = make_app(load_config(os.environ["CKAN_INI"]))
    with app._wsgi_app.test_request_context():
        began = _memory()
        model.Session.execute(sa.text(FILL), {"count": count})
        model.Session.commit()
        done = _timed("chain", lambda: jobs.chain(whole=True))
        _timed("chain, with nothing to do", jobs.chain)
        _timed("the same, looking at all", jobs.chain_all)
        faults = _timed("verify", lambda: list(chain.verify(model.Session)))
        pieces = _timed("export", _exported)
        print(f"{done} events, {len(faults)} faults, {pieces} exported; memory", end=" ")
        print(f"{began} MB before, {_memory()} MB at most")
    return 0 if done >= count and not faults and pieces == done else 1


def _exported() -> int:
    import ckan.plugins.toolkit as tk

    count, after = 0, 0
    while after is not None:
        told = tk.get_action("isp_log_export")({"ignore_auth": True, "user": ""}, {"after": after})
        count, after = count + told["count"], told["next"]
    return count


def _timed(what: str, act: Callable[[], Any]) -> Any:
    began, computed = time.perf_counter(), time.process_time()
    done = act()
    took, computed = time.perf_counter() - began, time.process_time() - computed
    print(f"{what}: {took:.2f} s on the clock, {computed:.2f} s computed here", flush=True)
    return done


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.log", description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=100_000)
    parser.add_argument("--in-portal", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.exit(measure(given.events) if given.in_portal else main(given.events))

"""Processes of a portal, forked from one that has loaded CKAN's code: loading it takes seconds.

What serves a portal and what runs scripts in it are forked once more, from one that has made the
portal's application. Each has environment, folder and connections of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import CKANConfigLoader, cli
from ckan.config.middleware import make_app
from failing import begin_anew
from gunicorn.app.base import BaseApplication
from sparing import collect_seldom, look_for_assets_once

_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload(
    [
        "doors.house",
        "ckan.config.middleware.flask_app",
        "ckanext.scheming.plugins",
        "gunicorn.workers.sync",
        *(f"ckanext.{name}.plugin" for name in ("isp", "activity", "datastore", "datatablesview")),
        *(f"ckanext.{name}.plugin" for name in ("textview", "imageview", "resourceproxy")),
    ]
)
Env = dict[str, str]


class House:
    """A portal that serves on a port, and runs scripts.

    :param env: what its processes run with
    :param log: where they say what they have to say
    """

    def __init__(self, ini: Path, env: Env, log: Path, port: int) -> None:
        self._scripts, theirs = _FRESH.Pipe()
        self._process = _FRESH.Process(target=_live, args=(ini, env, log, port, theirs))
        self._process.start()
        theirs.close()

    def script(self, source: str, names: dict[str, Any]) -> dict[str, Any]:
        """Run statements in the portal; what they leave in ``answer`` comes back."""
        self._scripts.send((source, names))
        told: dict[str, Any] = self._scripts.recv()
        return told

    def stands(self) -> bool:
        return self._process.is_alive()

    def end(self) -> None:
        self._scripts.close()
        self._process.join()


def command(words: list[str], env: Env, log: Path, output: Path) -> None:
    """Run ``ckan`` with these words; what it prints goes to a file."""
    process = _FRESH.Process(target=_command, args=(words, env, log, output))
    process.start()
    process.join(120)
    ended = process.exitcode is not None
    process.kill()
    assert ended, f"it takes too long: ckan {' '.join(words)}"


def _settle(env: Env, log: Path, output: Path) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(log.parent)
    for number, path in ((1, output), (2, log)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)


def _command(words: list[str], env: Env, log: Path, output: Path) -> None:
    _settle(env, log, output)
    sys.argv = ["ckan", *words]
    cli.ckan()


def _live(ini: Path, env: Env, log: Path, port: int, scripts: Connection) -> None:
    _settle(env, log, log)
    look_for_assets_once()
    application = make_app(CKANConfigLoader(str(ini)).get_config())
    collect_seldom()
    server = _forked(lambda: _serve(application, port))
    try:
        _listen(application, scripts)
    finally:
        os.kill(server, signal.SIGTERM)
        os.waitpid(server, 0)


def _forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(1)
    return pid


def _serve(application: Any, port: int) -> NoReturn:
    """One process, so that whatever one request does to it, the next one meets."""

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("timeout", 120)
            self.cfg.set("post_fork", lambda _arbiter, _worker: begin_anew())

        def load(self) -> Any:
            return application

    Server().run()
    sys.exit(0)


def _listen(application: Any, scripts: Connection) -> None:
    """What ``ckan shell`` knows, for scripts that come one after the other until nobody sends."""
    known = {"model": model, "toolkit": tk, "config": tk.config}
    while True:
        try:
            source, names = scripts.recv()
        except EOFError:
            return
        scope = {**known, "answer": None, **names}
        told: dict[str, Any] = {"ok": True}
        try:
            with application._wsgi_app.test_request_context():
                exec(source, scope)
        except BaseException as error:
            told = {"ok": False, "error": repr(error), "trace": traceback.format_exc()}
        finally:
            model.Session.rollback()
            model.Session.remove()
        scripts.send({**told, "answer": json.loads(json.dumps(scope["answer"]))})

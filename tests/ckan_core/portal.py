"""The portal that CKAN's own tests run on: the plugin is on, every dataset is declared Low.

`differences.yaml` names each test that fails here, with the reason. A test that is not named has to
pass, one that is named has to fail.
"""

from __future__ import annotations

import copy
import functools
import inspect
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import emptying
import pytest
import yaml
from ckan import model
from ckan.cli.db import _run_migrations
from ckan.config import environment, middleware
from ckan.config.declaration import Declaration
from ckan.config.declaration.load import handler, load_core
from ckan.config.environment import CONFIG_FROM_ENV_VARS
from ckan.lib import jinja_extensions
from ckan.plugins import core
from ckan.tests import factories
from faker import Faker
from jinja2.bccache import Bucket, BytecodeCache
from passlib.hash import pbkdf2_sha512
from sparing import collect_seldom
from sqlalchemy.orm import close_all_sessions

HERE = Path(__file__).parent
DIFFERENCES = HERE / "differences.yaml"
SEED = 2026


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-isp", action="store_true", help="on CKAN alone, to compare")


def pytest_configure(config: pytest.Config) -> None:
    spare_time()
    # now and then what is made up holds a word that a test looks for
    Faker.seed(SEED)
    alone = config.getoption("--without-isp")
    config.option.ckan_ini = str(HERE / ("core.ini" if alone else "isp.ini"))
    if not alone:
        Kept().take_over()
        config.pluginmanager.register(Portal(), "isp_portal")


def spare_time() -> None:
    """CKAN reads its options, looks for plugins among all packages, reads the source of whoever
    adds templates and forgets which statements it has compiled whenever plugins change, makes an
    application for most tests, and hashes for each new user."""
    yaml.safe_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    handler.register("core")(read_once(load_core))
    options, compiled = jinja_extensions.get_jinja_env_options, Compiled()
    jinja_extensions.get_jinja_env_options = lambda: {**options(), "bytecode_cache": compiled}
    pbkdf2_sha512.default_rounds = 1
    core.entry_points = functools.cache(core.entry_points)
    environment.engine_from_config = one_engine(environment.engine_from_config)
    inspect.stack = lambda context=0: inspect.getouterframes(sys._getframe(1), 0)


def one_engine(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same engine for the same settings."""
    made: dict[str, Any] = {}

    def of(settings: dict[str, Any]) -> Any:
        own = repr(sorted(item for item in settings.items() if item[0].startswith("sqlalchemy.")))
        return made[own] if own in made else made.setdefault(own, make(settings))

    return of


class Kept:
    """Plugins and the application, for the next test that asks for the same configuration."""

    def __init__(self) -> None:
        self.load, self.make = core.load_all, middleware.make_flask_stack
        self.plugins: list[str] = []
        self.asked: dict[str, Any] = {}
        self.found: dict[str, Any] = {}
        self.application: Any = None

    def take_over(self) -> None:
        p.load_all, p.unload_all = self.load_all, lambda: None
        middleware.make_flask_stack = self.make_flask_stack

    def load_all(self, force_update: bool = False) -> None:
        now = dict(tk.config)
        # those that CKAN's tests bring along count how often they are called
        counting = any(name.startswith("test_") for name in self.plugins)
        if self.plugins == core._PLUGINS and now in (self.asked, self.found) and not counting:
            tk.config.update(self.found)
            return
        self.asked, self.application = copy.deepcopy(now), None
        self.load(force_update=True)
        self.plugins, self.found = list(core._PLUGINS), dict(tk.config)

    def make_flask_stack(self) -> Any:
        self.application = self.application or self.make()
        return self.application


class Compiled(BytecodeCache):
    """Templates as they were compiled for the application of an earlier test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


def read_once(load: Callable[[Declaration], None]) -> Callable[[Declaration], None]:
    """Load CKAN's own options from its file the first time, from memory from then on."""
    read = Declaration()

    def load_again(declaration: Declaration) -> None:
        if not read:
            load(read)
        declaration._members = list(read._members)
        declaration._options = {key: copy.copy(of) for key, of in read._options.items()}

    return load_again


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Addresses are known by now; what a test sets itself is not to be overridden by them."""
    for variable in CONFIG_FROM_ENV_VARS.values():
        os.environ.pop(variable, None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect of each named test that it fails, and of each name that there is such a test."""
    table = yaml.safe_load(DIFFERENCES.read_text())
    expected = dict(table["on_ckan_alone"])
    if not config.getoption("--without-isp"):
        expected |= table["with_isp"]
    collected = {name_of(item): item for item in items}
    modules = {name.partition("::")[0] for name in collected}
    for name, reason in expected.items():
        if name in collected:
            collected[name].add_marker(pytest.mark.xfail(reason=reason, strict=True))
        elif name.partition("::")[0] in modules:
            raise pytest.UsageError(f"{DIFFERENCES.name} names no test of CKAN's: {name}")


def name_of(item: pytest.Item) -> str:
    """Where a test is, wherever CKAN is installed."""
    module = item.module.__name__ if isinstance(item, pytest.Function) else ""
    return f"{module}::{item.nodeid.partition('::')[2]}"


@pytest.fixture(scope="session", autouse=True)
def tables(reset_db: Callable[[], None]) -> None:
    """Some modules count on another one to have made the tables."""
    reset_db()
    collect_seldom()


class Portal:
    """Fixtures that take the place of CKAN's own."""

    @pytest.fixture
    def ckan_config(self, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The plugin stands before the others that a test asks for."""
        asked = [name for name in tk.aslist(ckan_config["ckan.plugins"]) if name != "isp"]
        monkeypatch.setitem(ckan_config, "ckan.plugins", ["isp", *asked])
        return ckan_config

    @pytest.fixture(autouse=True)
    def keep_protocol(
        self, tables: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if "with_plugins" not in request.fixturenames:
            p.load_all()
        from ckanext.isp.logic import save

        make = save.create

        def make_low(up: Any, context: Any, data_dict: dict[str, Any]) -> Any:
            data_dict.setdefault("sensitivity", "low")
            return make(up, context, data_dict)

        monkeypatch.setattr(save, "create", make_low)

    @pytest.fixture(scope="session")
    def reset_db(self) -> Callable[[], None]:
        """Nothing can be deleted from the record; only its owner empties it, triggers off."""
        p.load_all()
        model.repo.clean_db()
        model.repo.init_db()
        _run_migrations("isp", None, True)

        def reset() -> None:
            factories.fake.unique.clear()
            close_all_sessions()
            emptying.empty()

        return reset

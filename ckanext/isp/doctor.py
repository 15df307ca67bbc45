"""Whether this portal can keep its promise, and what to change where it cannot.

A finding either forbids serving (the portal answers 503 until it is put right) or warns. The
commands that repair a portal run whatever is found here.
"""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import files

from . import config, gate, portal
from .implementations.labels import PermissionLabels
from .logic import hdx_names
from .model import guard
from .services import chain, datasets, letters, protocol_change, protocols, reminder
from .services import files as files_kept
from .store import keys
from .store.place import Away, Place

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 3600
LOOK_AGAIN_WHILE_CLOSED_SECONDS = 5
HOLDING = sa.text(
    f"SELECT count(*) FROM package p JOIN ({datasets.HOLDING}) r ON r.package_id = p.id "
    "WHERE isp_rank(p.extras->>'sensitivity') > 1 AND p.state <> 'deleted'"
)
STALE = sa.text("SELECT count(*) FROM isp_outbox WHERE at < now() - interval '1 hour'")


class State(enum.Enum):
    """What a finding means."""

    OK = "ok"
    ASK = "ask"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    :param check: its name, or the option's
    :param found: what stands there
    :param remedy: what to do; empty where nothing has to be done
    """

    check: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Option:
    """A setting that has to have, or had better have, one value."""

    key: str
    safe: Callable[[Any], bool]
    state: State
    remedy: str


def _off(value: Any) -> bool:
    return not value


def _only_terms(value: Any) -> bool:
    return set(value or ()) <= {config.TERMS}


def _without_datasets(value: Any) -> bool:
    owners = {str(entry).split(":")[0] for entry in (value or ())}
    return owners.isdisjoint({"package", "resource"})


OPTIONS = (
    Option("WTF_CSRF_ENABLED", bool, State.REFUSE, "Set it to true."),
    Option("ckan.auth.reveal_private_datasets", _off, State.REFUSE, "Set it to false."),
    Option("ckan.auth.anon_create_dataset", _off, State.REFUSE, "Set it to false."),
    Option("ckan.datastore.public_table_search", _off, State.REFUSE, "Leave it empty."),
    Option("ckan.datastore.sqlsearch.enabled", _off, State.REFUSE, "Set it to false."),
    Option(config.PARSERS, _only_terms, State.REFUSE, "Leave it out, or set it to terms."),
    Option(
        "ckan.files.owner.cascade_access",
        _without_datasets,
        State.REFUSE,
        "Take package and resource out of it.",
    ),
    Option("ckan.cors.origin_allow_all", _off, State.REFUSE, "Set it to false."),
    Option(
        "ckan.auth.create_unowned_dataset",
        _off,
        State.WARN,
        "Set it to false; datasets without an owner go to the holding organization when closed.",
    ),
    Option(
        "ckan.auth.allow_dataset_collaborators",
        _off,
        State.WARN,
        "Set it to false: a collaborator reads a dataset that its level would keep closed.",
    ),
    Option(
        "ckan.auth.user_create_organizations",
        _off,
        State.WARN,
        "Set it to false, so that only administrators make organizations.",
    ),
    Option("ckan.auth.public_user_details", _off, State.WARN, "Set it to false."),
    Option("ckan.auth.public_activity_stream_detail", _off, State.WARN, "Set it to false."),
    Option("ckan.files.authenticated_uploads.allow", _off, State.WARN, "Set it to false."),
    Option(
        "ckan.cache_enabled",
        _off,
        State.WARN,
        "Set it to false: a shared cache keeps pages of data that has been closed since.",
    ),
    Option(
        "ckan.cache_expires",
        _off,
        State.WARN,
        "Set it to 0: for so long, browsers and caches show pages of data that has been closed.",
    ),
    Option(
        "ckan.auth.roles_that_cascade_to_sub_groups",
        _off,
        State.WARN,
        "Leave it empty, unless people of a parent organization are meant to read all below it.",
    ),
)

LOADERS = ("datapusher", "xloader")
LITTLE_ROOM = 1_000_000_000
LOCAL_MAIL = ("localhost", "127.0.0.1", "::1")


def run(*, reach: bool = True) -> list[Finding]:
    """Look at everything that the promise rests on.

    :param reach: also ask the storage of restricted files, which may take long to answer
    """
    looked = [
        _plugin_order,
        _labels,
        _guard,
        _outbox,
        _chain,
        _protocols,
        _storage,
        _store,
        _storages,
        _keys,
        _sealing,
        _options,
        _plugins,
        _connect,
        _mail,
        _letters,
        _surroundings,
    ]
    if reach:
        looked.append(_reached)
    return [finding for look in looked for finding in look()]


_known: tuple[float, bool] = (0.0, True)


def refuses() -> bool:
    """Whether the portal must not serve; looked at hourly, and often while it is closed."""
    global _known
    looked_at, refused = _known
    wait = LOOK_AGAIN_WHILE_CLOSED_SECONDS if refused else LOOK_AGAIN_SECONDS
    if time.monotonic() - looked_at > wait or not looked_at:
        _known = (time.monotonic(), _refused())
    return _known[1]


def look_again() -> None:
    """Forget what was found; the next request looks anew."""
    global _known
    _known = (0.0, True)


def _refused() -> bool:
    found = [finding for finding in run(reach=False) if finding.state is State.REFUSE]
    for finding in found:
        log.critical(
            "The portal answers 503: %s is %s. %s Then run `ckan isp doctor`.",
            finding.check,
            finding.found,
            finding.remedy,
        )
    return bool(found)


def _plugin_order() -> Iterator[Finding]:
    plugins = tk.aslist(tk.config.get("ckan.plugins"))
    first = plugins[0] if plugins else ""
    good = first == "isp"
    yield Finding(
        "ckan.plugins",
        State.OK if good else State.REFUSE,
        f"begins with {first}",
        "" if good else "Put isp first: only then nothing comes between it and what is saved.",
    )


def _labels() -> Iterator[Finding]:
    plugin = lib_plugins.get_permission_labels()
    good = isinstance(plugin, PermissionLabels)
    yield Finding(
        "permission labels",
        State.OK if good else State.REFUSE,
        type(plugin).__name__,
        "" if good else "Another plugin decides who reads what: put isp first in ckan.plugins.",
    )


def _guard() -> Iterator[Finding]:
    with model.meta.engine.connect() as connection:
        mode = guard.mode(connection)
        faults = guard.faults(connection) if mode else []
    if mode is None:
        yield Finding("guard", State.REFUSE, "not installed", "Run `ckan db upgrade -p isp`.")
    elif faults:
        yield Finding(
            "guard", State.REFUSE, "changed: " + ", ".join(faults), "Run `ckan isp doctor --fix`."
        )
    elif mode == "adopting":
        yield Finding(
            "guard",
            State.WARN,
            "adopting: what was public before may still be",
            "Run `ckan isp adopt`.",
        )
    else:
        yield Finding("guard", State.OK, "armed")


def _outbox() -> Iterator[Finding]:
    with model.meta.engine.connect() as connection:
        if guard.mode(connection) is None:
            return
        stale = connection.execute(STALE).scalar_one()
    yield Finding(
        "search index",
        State.WARN if stale else State.OK,
        f"{stale} changes waiting for more than an hour" if stale else "nothing waits",
        "Start a worker (`ckan jobs worker`) or run `ckan isp doctor --fix`." if stale else "",
    )


def _chain() -> Iterator[Finding]:
    """Whether the record is chained; whether the chain is whole, `ckan isp log verify` says."""
    with model.meta.engine.connect() as connection:
        if not sa.inspect(connection).has_table("isp_event_link"):
            return
    late, head = chain.late(model.Session), chain.head(model.Session)
    since = (
        f"last chained {head.at.astimezone(dt.timezone.utc):%Y-%m-%d %H:%M} UTC"
        if head
        else "nothing is chained yet"
    )
    yield Finding(
        "record",
        State.WARN if late else State.OK,
        f"{late} events not chained for more than an hour, {since}" if late else since,
        "Start a worker (`ckan jobs worker`) or run `ckan isp log chain`." if late else "",
    )


def _protocols() -> Iterator[Finding]:
    with model.meta.engine.connect() as connection:
        if not sa.inspect(connection).has_table("isp_protocol_in_force"):
            yield Finding("protocols", State.REFUSE, "no tables", "Run `ckan db upgrade -p isp`.")
            return
    today = gate.today()
    try:
        found = protocols.in_force(model.Session, today)
    except protocols.Unreadable as error:
        remedy = "Load a version that this release can read, and activate it."
        yield Finding("protocols", State.REFUSE, str(error), remedy)
        return
    spoken = [kept for kept in found if kept.document.protocol.in_force(today)]
    yield Finding("protocols", State.OK, f"{len(spoken)} in force, and the shipped template")
    for row in protocol_change.due(model.Session, today):
        found_is = f"{row.key} began on {row.begins}, and the catalogue was not tightened for it"
        repair = "Start the portal's worker, or run `ckan isp protocol begin`."
        yield Finding("protocols", State.WARN, found_is, repair)
    for deadline in reminder.overdue(found, today):
        done = "replaced after" if deadline.kind == reminder.END else "reviewed by"
        kept = deadline.kept
        found_is = f"{kept.key}, {kept.version} was to be {done} {deadline.on}"
        yield Finding("protocols", State.WARN, found_is, "It stays in force: renew it.")


def _storage() -> Iterator[Finding]:
    name = tk.config.get("ckan.files.default_storages.resource")
    if name in files.storages and getattr(files.get_storage(name).settings, "public", False):
        yield Finding(
            "resource storage", State.REFUSE, f"{name} is public", "Use a storage that is not."
        )
        return
    below = _public_above(str(tk.config.get("ckan.storage_path") or ""))
    yield Finding(
        "resource storage",
        State.REFUSE if below else State.OK,
        f"below {below[0]}, which is public" if below else "not public",
        "Move ckan.storage_path out of every public folder." if below else "",
    )


def _store() -> Iterator[Finding]:
    """Where restricted files lie."""
    with model.meta.engine.connect() as connection:
        if not sa.inspect(connection).has_table("isp_file"):
            return
    try:
        there = portal.store()
    except Away as error:
        remedy = "Name a storage that there is, or bring this one back: files cannot be read."
        yield Finding("restricted store", State.WARN, str(error), remedy)
        return
    below = _public_above(there.path) if there.path else []
    if there.public or below:
        found = f"below {below[0]}, which is public" if below else "public"
        yield Finding(
            "restricted store", State.REFUSE, found, "Move it to where nobody else reads."
        )
        return
    if there.bare:
        remedy = "Use isp:s3, isp:azure or isp:gcs, which tell what goes wrong and list everything."
        yield Finding("restricted store", State.WARN, f"{config.store()} is file-keeper's", remedy)
        return
    room = there.room
    if room is not None and room < LITTLE_ROOM:
        found, remedy = f"{there.path} has room for {room // 1_000_000} MB", "Make room for files."
        yield Finding("restricted store", State.WARN, found, remedy)
        return
    yield Finding("restricted store", State.OK, there.path or config.store())


def _storages() -> Iterator[Finding]:
    """What cannot be used as it stands, or would be asked so that others read along."""
    for name in files.storages:
        there = Place(files.storages.get(name))
        if there.lacks:
            # it may hold files, and nobody could say so
            remedy = "Install it for the portal and its worker, and restart them."
            yield Finding(f"storage {name}", State.REFUSE, there.lacks, remedy)
        if _in_the_clear(there.address):
            remedy = "Use https: its keys to the storage can be read on the way."
            yield Finding(f"storage {name}", State.WARN, f"asked by {there.address}", remedy)


def _reached() -> Iterator[Finding]:
    """Whether the storage of restricted files answers."""
    try:
        there = portal.store()
    except Away:
        return
    try:
        if not there.lacks:
            there.reach()
    except Away as error:
        remedy = "Until it answers, no restricted file is kept, and none in it can be read."
        yield Finding("restricted store", State.WARN, str(error), remedy)


def _keys() -> Iterator[Finding]:
    """What opens restricted files."""
    path = config.key_file()
    try:
        ring = portal.ring()
    except keys.NoKey:
        remedy = "Set ckanext.isp.store.key_file, and run `ckan isp store key add`."
        yield Finding("restricted keys", State.WARN, "none: no restricted file is taken", remedy)
        return
    real = os.path.realpath(path)
    folders = [str(tk.config.get("ckan.storage_path") or ""), *_folders_of_storages()]
    above = [folder for folder in folders if folder and _below(real, folder)]
    above += _public_above(real)
    if above:
        remedy = "Move it to where no copy of the files goes: whoever has both reads everything."
        yield Finding("restricted keys", State.REFUSE, f"{path} lies below {above[0]}", remedy)
        return
    shared = os.stat(real).st_mode & 0o077
    if shared:
        remedy = "Let only the portal's own user read it: chmod 600."
        yield Finding("restricted keys", State.WARN, f"{path} can be read by others", remedy)
    with model.meta.engine.connect() as connection:
        here = sa.inspect(connection).has_table("isp_file")
        counts = files_kept.by_key(model.Session) if here else {}
    lost = sum(count for name, count in counts.items() if name not in ring.names)
    if lost:
        remedy = "Put the missing key back: `ckan isp store key list` names it."
        yield Finding("restricted keys", State.WARN, f"{lost} files cannot be read", remedy)
    if not shared and not lost:
        yield Finding("restricted keys", State.OK, f"{len(ring.names)}, {ring.current} in use")


def _sealing() -> Iterator[Finding]:
    """Resources that belong into the restricted store: it is asked of levels, not of protocols."""
    with model.meta.engine.connect() as connection:
        if guard.mode(connection) is None:
            return
        holding = connection.execute(HOLDING).scalar_one()
    yield Finding(
        "restricted files",
        State.WARN if holding else State.OK,
        f"{holding} datasets above Low hold resources" if holding else "none is a resource",
        "Run `ckan isp store adopt`, and keep a worker running." if holding else "",
    )


def _folders_of_storages() -> list[str]:
    kept = [Place(files.storages.get(name)).path for name in files.storages]
    return [path for path in kept if path]


def _in_the_clear(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and not _loopback(parts.hostname or "")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _below(path: str, folder: str) -> bool:
    real = os.path.realpath(folder)
    return path == real or path.startswith(real.rstrip(os.sep) + os.sep)


def _public_above(path: str) -> list[str]:
    real = os.path.realpath(path)
    return [folder for folder in map(os.path.realpath, _public_folders()) if _below(real, folder)]


def _public_folders() -> list[str]:
    extra = str(tk.config.get("extra_public_paths") or "").split(",")
    folders = [*extra, *tk.config.get("plugin_public_paths", [])]
    return [folder.strip() for folder in folders if folder.strip()]


def _options() -> Iterator[Finding]:
    for option in OPTIONS:
        value = tk.config.get(option.key)
        if value is None and option.key != "WTF_CSRF_ENABLED":
            continue
        good = option.safe(value)
        yield Finding(
            option.key,
            State.OK if good else option.state,
            _shown(value),
            "" if good else option.remedy,
        )


def _plugins() -> Iterator[Finding]:
    if p.plugin_loaded("resource_proxy") and not tk.config.get("ckan.download_proxy"):
        yield Finding(
            "resource_proxy",
            State.REFUSE,
            "fetches any address, the portal's own services included",
            "Set ckan.download_proxy to a proxy that reaches public addresses only.",
        )
    for loader in filter(p.plugin_loaded, LOADERS):
        yield Finding(
            loader,
            State.WARN,
            "copies every file into tables, those of closed datasets too",
            "Take it out, or let it fetch through ckan.download_proxy and load open data only.",
        )
    if p.plugin_loaded("stats"):
        yield Finding("stats", State.WARN, "counts closed datasets too", "Take it out.")
    if tk.config.get("SESSION_TYPE") in (None, "cookie"):
        yield Finding(
            "SESSION_TYPE",
            State.WARN,
            "sessions live in the browser",
            "Set SESSION_TYPE = redis: then logging out ends a session everywhere.",
        )


def _connect() -> Iterator[Finding]:
    """Who answers to HDX Connect's names."""
    other = hdx_names.elsewhere()
    if other:
        remedy = f"Take {other} out: what is asked there needs no criteria, and no protocol's word."
        yield Finding("HDX Connect", State.WARN, f"answered by {other}", remedy)
        return
    found = "answered by isp" if hdx_names.ours() else "not answered"
    yield Finding("HDX Connect", State.OK, found)


def _mail() -> Iterator[Finding]:
    server = str(tk.config.get("smtp.server") or LOCAL_MAIL[0])
    local = server in LOCAL_MAIL or server.rsplit(":", 1)[0].strip("[]") in LOCAL_MAIL
    yield Finding(
        "smtp.server",
        State.OK if local else State.WARN,
        server,
        "" if local else "CKAN does not check its certificate: send through a relay of your own.",
    )


def _letters() -> Iterator[Finding]:
    """Mails about notices that do not leave."""
    with model.meta.engine.connect() as connection:
        if not sa.inspect(connection).has_table("isp_notice"):
            return
    stuck = letters.counts(model.Session)
    if not tk.config.get("smtp.server") or not tk.config.get("smtp.mail_from"):
        remedy = "Set smtp.server and smtp.mail_from: notices are only read on the portal now."
        yield Finding("mails", State.WARN, "nothing can be mailed", remedy)
    found = "{late} wait for over an hour, {failed} given up, {unsure} perhaps sent"
    remedy = "`ckan isp notice list --stuck` says why; `ckan isp notice retry` sends them again."
    wrong = any(stuck.values())
    state = State.WARN if wrong else State.OK
    yield Finding("mails", state, found.format(**stuck), remedy if wrong else "")


def _surroundings() -> Iterator[Finding]:
    yield Finding(
        "network",
        State.ASK,
        "cannot be seen from here",
        "Only the portal reaches its index, Redis and database; commands use the same ini.",
    )


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple, set)) else str(value)

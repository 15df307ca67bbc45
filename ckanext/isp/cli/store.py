"""The restricted store, from a terminal: its keys, and whether it is whole."""

from __future__ import annotations

import os
import sys
from collections import Counter

import click
from ckan import model

from .. import config, jobs, portal
from ..logic import sealing, unsealing
from ..services import files
from ..services.files import Fault
from ..store import keys
from ..store.keys import NoKey, Ring
from ..store.place import Away, Place
from .group import call, format_option, isp, print_table, user_option

MEANING = {
    "damaged": "bytes are missing, or are not those that were kept: restore them from a copy",
    "unreadable": "none of the portal's keys opens it: put back the key that it names",
    "homeless": "its dataset is gone: destroy it, or restore the dataset",
    "half": "it never came whole: --mend removes it",
    "left": "bytes or key of a file that is gone from the store: --mend removes them",
    "clear": "lies in the clear too, left by a move that broke off: --mend removes that",
    "stray": "bytes of no file; nobody can read them: --mend removes them",
    "away": "this storage cannot be reached: nothing is known of the files in it",
}


@isp.group("store")
def store() -> None:
    """Restricted files, and the keys that open them."""


@store.group("key")
def key_group() -> None:
    """The portal's keys, which lie in a file outside of the database."""


@key_group.command("add")
@click.option("--file", "path", type=click.Path(dir_okay=False), help="Instead of the configured.")
def key_add(path: str | None) -> None:
    """Make a new key, the one in use from now on; older ones still open what they opened."""
    name = keys.add(_file(path))
    click.echo(f"Key {name} is in use, in {_file(path)}.")
    click.echo(
        "Keep a copy of that file apart from the portal, and from every backup of its files: "
        "without it nobody can ever read a restricted file again."
    )


@key_group.command("list")
@format_option
def key_list(form: str) -> None:
    """Which key opens how many files."""
    counts = files.by_key(model.Session)
    names = _ring().names
    rows = [[name, counts.get(name, 0), "" if at else "in use"] for at, name in enumerate(names)]
    lost = sorted(set(counts) - set(names))
    rows += [
        [name, counts[name], "not in the key file: these files cannot be read"] for name in lost
    ]
    print_table(["key", "files", "state"], rows, form)
    sys.exit(1 if lost else 0)


@key_group.command("rotate")
def key_rotate() -> None:
    """Wrap the keys of all files under the one in use. The portal keeps running; it can be
    interrupted, and run again."""
    ring, done, session = _ring(), 0, model.Session
    try:
        while batch := files.rewrap(session, ring) or files.rewrap(session, ring, in_use=True):
            session.commit()
            done += batch
            click.echo(f"{done} files", err=True)
    except NoKey as error:
        raise click.ClickException(f"{error}. Nothing more was changed.") from None
    click.echo(f"{done} files are opened by key {ring.current} now.")
    counts = files.by_key(model.Session)
    for name in ring.names[1:]:
        if counts.get(name):
            click.echo(f"{counts[name]} files that came meanwhile need key {name}: run it again")
        else:
            click.echo(f"Nothing needs key {name} any more: ckan isp store key drop {name}")


@key_group.command("drop")
@click.argument("name")
def key_drop(name: str) -> None:
    """Take a key out of the file that no restricted file needs."""
    files.dropping(model.Session)
    needed = files.by_key(model.Session).get(name, 0)
    if needed:
        raise click.ClickException(
            f"{needed} files need it: run `ckan isp store key rotate` first."
        )
    if not keys.drop(_file(None), name):
        raise click.ClickException(f"There is no older key {name}.")
    model.Session.commit()
    click.echo(f"Key {name} is gone.")


@store.command("verify")
@click.option("--mend", is_flag=True, help="Remove what is left of files that are no more.")
@click.option("--quick", is_flag=True, help="Look whether bytes are there, without reading them.")
@format_option
def verify(mend: bool, quick: bool, form: str) -> None:
    """Whether every file has its bytes, and all bytes their file; hashes are compared."""
    ring, looked, found = _ring(), Counter[str](), []
    for name in _storages():
        try:
            there = portal.store(name)
            seen = files.faults(
                model.Session,
                there,
                ring,
                name,
                hashes=not quick,
                looked=lambda _f: looked.update("f"),
            )
            for fault in list(seen):
                mended = mend and files.mend(model.Session, there, fault)
                model.Session.commit()
                found.append((fault, mended))
        except Away as error:
            model.Session.rollback()
            click.echo(str(error), err=True)
            found.append((Fault("away", name), False))
    found += [(fault, mend and unsealing.mend(fault)) for fault in unsealing.left()]
    head = ["what", "file", "dataset", "meaning"]
    rows = [
        [f.what, f.file_id, f.package_id or "", "mended" if mended else MEANING[f.what]]
        for f, mended in found
    ]
    print_table(head, rows, form)
    left = sum(not mended for _fault, mended in found)
    told = f"{looked['f']} files looked at, {len(found)} faults, {len(found) - left} mended."
    click.echo(told, err=form != "table")
    sys.exit(1 if left else 0)


@store.command("adopt")
@click.option("--dry-run", is_flag=True, help="Count what would be moved, move nothing.")
def adopt(dry_run: bool) -> None:
    """Move the resources of all datasets that may not hold any into the store, one by one, while
    the portal runs. It can be interrupted, and run again."""
    waiting, done, failed = sealing.waiting(), 0, 0
    if dry_run:
        click.echo(f"The resources of {len(waiting)} datasets would be moved. Nothing was moved.")
        return
    _ring()
    for number, package_id in enumerate(waiting, start=1):
        package = model.Package.get(package_id)
        name = package.name if package else package_id
        try:
            moved, left = sealing.seal(package_id)
        except Away as error:
            model.Session.rollback()
            raise click.ClickException(
                f"{name}: {error}. {done} resources are restricted files now; what is left stays "
                "closed: run it again."
            ) from None
        done, failed = done + moved, failed + left
        click.echo(f"{number} of {len(waiting)}: {name}, {moved} resources", err=True)
    jobs.drain_outbox()
    click.echo(f"{done} resources are restricted files now; {failed} could not be moved.")
    sys.exit(1 if failed else 0)


@store.command("unseal")
@click.argument("ids", nargs=-1, required=True, metavar="FILE...")
@user_option
def unseal(ids: tuple[str, ...], user: str) -> None:
    """Turn restricted files, by id, into resources again, where their dataset is Low, and open or
    for members. One that is refused stays restricted, and leaves the others."""
    refused = 0
    for file_id in ids:
        try:
            told = call("isp_file_unseal", user, file=file_id)
            click.echo(f"{file_id} is resource {told['resource']['id']} now.")
        except click.ClickException as error:
            model.Session.rollback()
            refused += 1
            click.echo(f"{file_id} stays restricted: {error.message}", err=True)
    jobs.drain_outbox()
    sys.exit(1 if refused else 0)


@store.command("export")
@click.option(
    "--to", required=True, help='Name of a storage: ckan.files.storage.<name>; "" for the folder.'
)
def export(to: str) -> None:
    """Move all files to another storage, one by one while the portal runs. It can be interrupted,
    and run again. Then set ckanext.isp.store.storage to it."""
    target, moved, left = _place(to), 0, 0
    waiting = files.elsewhere(model.Session, to)
    for file_id in waiting:
        file = files.find(model.Session, file_id, lock=True)
        if file is None or file.key is None or file.segments is None:
            model.Session.rollback()
            continue
        before, segments = _place(file.storage), file.segments
        try:
            files.move(model.Session, file, before, target, to)
            model.Session.commit()
        except Away as error:
            model.Session.rollback()
            raise click.ClickException(f"{error}. {moved} files were moved.") from None
        moved += 1
        try:
            files.clear(before, file_id, segments)
        except Away as error:
            left += 1
            click.echo(f"{error}. A copy of {file_id} is left where it lay.", err=True)
        click.echo(f"{moved} of {len(waiting)}", err=True)
    click.echo(f"{moved} files lie in {to or config.store_folder()} now.")
    sys.exit(1 if left else 0)


def _file(path: str | None) -> str:
    found = path or config.key_file()
    if not found:
        raise click.UsageError(f"Set {config.KEY_FILE} to the path of a file first.")
    return os.path.abspath(found)


def _ring() -> Ring:
    try:
        return portal.ring()
    except NoKey as error:
        raise click.ClickException(f"{error}. See `ckan isp store key add`.") from None


def _place(name: str) -> Place:
    try:
        return portal.store(name)
    except Away as error:
        raise click.ClickException(str(error)) from None


def _storages() -> list[str]:
    """The storage in use, and others that files lie in."""
    return [config.store(), *files.storages_beside(model.Session, config.store())]

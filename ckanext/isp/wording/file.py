"""Words about files in the restricted store (R36, R62, R68, R70)."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk

from ..policy.access import Standing

_ = tk._


def right(of: Standing) -> str:
    """By which right somebody receives a file."""
    return {
        Standing.ANYONE: _("everybody may"),
        Standing.GRANTEE: _("holder of a granted request"),
        Standing.MEMBER: _("member of the organization"),
        Standing.EDITOR: _("editor of the organization"),
        Standing.SYSADMIN: _("administrator of the portal"),
    }[of]


def open_data(level: str) -> str:
    return _(
        "This dataset is {level} and open to everybody: add the file as a resource. Restricted "
        "files are for datasets that are on request or for members."
    ).format(level=level)


def metadata_only(level: str, by: str) -> str:
    return _(
        "{by} keeps no files of {level} data on the portal: describe it here, and deliver it by "
        "the channel that the protocol names."
    ).format(level=level, by=by)


def classify_first() -> str:
    return _("Choose the sensitivity of the dataset first: it decides where its files lie.")


def no_file() -> str:
    return _("Choose a file.")


def no_name() -> str:
    return _("Give the file a name.")


def too_large(megabytes: int) -> str:
    return _("A file may have {megabytes} MB at most.").format(megabytes=megabytes)


def no_key() -> str:
    return _(
        "The portal has no key for restricted files yet. Its administrator makes one with "
        "`ckan isp store key add`. Nothing was kept."
    )


def storage_away() -> str:
    return _(
        "The portal could not keep the file: its storage is full or cannot be reached. Nothing was "
        "kept; try again later, or tell the portal's administrator."
    )


def no_such_file() -> str:
    return _("There is no such file.")


def of_another_dataset() -> str:
    return _("That file belongs to another dataset.")


def not_yours(whom: str) -> str:
    """For somebody who finds a dataset, and may not have its files."""
    return _("You may not have this file. Ask {whom}.").format(whom=whom)


def unreadable() -> str:
    return _(
        "The file cannot be read at the moment. The portal's administrator can find out why with "
        "`ckan isp store verify`."
    )


def withheld() -> str:
    """In the place of a name that tells too much."""
    return _("Name withheld")


def purged() -> str:
    return _("The dataset was purged")


def no_links(level: str) -> str:
    return _(
        "This dataset is {level} or on request: a link to its data cannot be withdrawn once it is "
        "known. Upload the file; the portal keeps it encrypted."
    ).format(level=level)


def no_rows(level: str) -> str:
    return _(
        "This dataset is {level}: its tables become restricted files, and take no more rows. Add "
        "what is new as a file, on the page of its restricted files or with isp_file_create."
    ).format(level=level)


def newer_version(by: str, kept: int) -> str:
    return _("A newer version came; {by} keeps {number} earlier ones.").format(by=by, number=kept)


def saved_without(names: Sequence[str], why: str) -> str:
    return _(
        "The dataset is saved; these files could not be kept: {names}. {why} Add them again on the "
        "page of its restricted files, or with isp_file_create."
    ).format(names=", ".join(names), why=why)


def kept_restricted() -> str:
    return _("The file is kept encrypted, among the restricted files of the dataset.")


def stays_by_level(level: str, by: str, propose: str) -> str:
    return _(
        "This dataset is {level} under {by}: its files stay restricted. Propose to lower it, with "
        "a reason; once a second person has approved, they can be unsealed one by one: {propose}"
    ).format(level=level, by=by, propose=propose)


def stays_by_protocol(level: str, by: str) -> str:
    return _(
        "{by} does not let the files of this dataset ({level}) be resources as it is now: this one "
        "stays restricted."
    ).format(by=by, level=level)


def stays_by_answers(proposed: str, cited: str) -> str:
    return _(
        "With its answers this dataset is at least {proposed} under {cited}, and no second person "
        "has approved less: its files stay restricted. Correct the answers, or raise it."
    ).format(proposed=proposed, cited=cited)


def stays_on_request(level: str, by: str) -> str:
    return _(
        "This dataset is on request ({level} under {by}), so everyone could open a resource. Open "
        "it to everybody, or to members only; then its files can be unsealed."
    ).format(level=level, by=by)


def being_moved() -> str:
    return _("Files of this dataset are being moved at the moment. Try again in a minute.")


def not_written() -> str:
    return _(
        "The portal could not write the file among its resources: its storage is full or cannot be "
        "reached. Nothing was changed: the file stays restricted."
    )


def not_taken(why: str) -> str:
    """:param why: in the words of what keeps the portal's uploads"""
    return _(
        "The portal does not take the file as a resource ({why}). Nothing was changed: the file "
        "stays restricted. Its administrator can say how large a resource may be."
    ).format(why=why)

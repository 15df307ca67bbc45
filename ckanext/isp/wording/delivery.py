"""Words about data that is given by another way than the portal (R19)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.delivery import Channel

_ = tk._


def channel(of: Channel) -> str:
    """How data travelled."""
    return {
        Channel.ENCRYPTED_MAIL: _("Encrypted e-mail"),
        Channel.SECURE_TRANSFER: _("Secure transfer service"),
        Channel.DEVICE: _("Device or storage medium, by hand"),
        Channel.PAPER: _("On paper"),
        Channel.SHOWN: _("Shown, and not handed over"),
        Channel.OTHER: _("Another way"),
    }[of]


def no_files() -> str:
    return _("Say what was given: at least one file, with its name.")


def no_checksum(name: str) -> str:
    return _(
        "The SHA-256 checksum of {name} is not one: 64 digits and letters from a to f. Choose the "
        "file, and the page computes it here, without sending the file."
    ).format(name=name)


def not_yet() -> str:
    return _("This day is still to come: record a delivery once it is made.")


def classify_first() -> str:
    return _("Choose the sensitivity of the dataset first: it decides how its data may be given.")

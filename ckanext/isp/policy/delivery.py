"""How data is given by another way than the portal (R19)."""

from __future__ import annotations

import enum


class Channel(enum.Enum):
    """A way by which data travels."""

    ENCRYPTED_MAIL = "encrypted_mail"
    SECURE_TRANSFER = "secure_transfer"
    DEVICE = "device"
    PAPER = "paper"
    SHOWN = "shown"
    OTHER = "other"

"""How received data ends (R70, R79): by what method, in the words of NIST SP 800-88."""

from __future__ import annotations

import enum


class Method(enum.Enum):
    """How data was destroyed."""

    CLEAR = "clear"
    PURGE = "purge"
    DESTROY = "destroy"
    CRYPTO_ERASE = "crypto_erase"
    NEVER_KEPT = "never_kept"

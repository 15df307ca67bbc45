"""Words about what was open before it was closed (R20, R60, R62)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.exposed import Check

_ = tk._


def was_open(url: str) -> str:
    """Beside the notice of a raise."""
    return _(
        "It was open to everybody until now, and what was public cannot be recalled. See what the "
        "portal knows of who had it, and what to look after: {url}"
    ).format(url=url)


def check(of: Check) -> str:
    """Something to look after, as what was done."""
    return {
        Check.CACHES: _("Web caches and the content delivery network are purged"),
        Check.MIRRORS: _("Harvesters and mirrors are told to remove it"),
        Check.SEARCH_ENGINES: _("Search engines are asked to remove it"),
        Check.PEOPLE: _("People who are known to have it are informed"),
        Check.PRODUCTS: _("Printed and derived products are looked through"),
    }[of]


def check_how(of: Check) -> str:
    """How that is done."""
    return {
        Check.CACHES: _(
            "Purge each of the addresses from what stands before the portal and keeps copies."
        ),
        Check.MIRRORS: _(
            "Write to each portal or service that copies this catalogue, and ask when it is done."
        ),
        Check.SEARCH_ENGINES: _(
            "Search engines have a form for removing addresses, and copies that they keep."
        ),
        Check.PEOPLE: _(
            "Tell them its level now, ask them not to share it further, and to destroy copies that "
            "they do not need."
        ),
        Check.PRODUCTS: _("Maps, reports and dashboards that were made of it may show it still."),
    }[of]

"""Storages that CKAN has none of its own for."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p

from ..store.remote import ADAPTERS


class Storages(p.SingletonPlugin):
    """S3, Azure and Google Cloud by configuration, for restricted files."""

    p.implements(p.IFiles, inherit=True)

    def files_get_storage_adapters(self) -> dict[str, Any]:
        return dict(ADAPTERS)

"""Azure Blob Storage, by file-keeper's adapter and Microsoft's library."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, LinearRetry
from file_keeper.default.adapters import azure_blob

from . import CONNECT_SECONDS, READ_SECONDS, TRIES, AzureSettings


class Manager(azure_blob.Manager):
    """Where file-keeper's own asks twice, or for more than is needed."""

    def scan(self, extras: dict[str, Any]) -> Iterable[str]:
        settings = self.storage.settings
        root = f"{settings.path}/" if settings.path else ""
        begin = root + extras.get("prefix", "")
        for name in settings.container.list_blob_names(name_starts_with=begin):
            yield name.removeprefix(root)

    def remove(self, data: Any, extras: dict[str, Any]) -> bool:
        where = self.storage.full_path(data.location)
        try:
            self.storage.settings.container.delete_blob(where)
        except ResourceNotFoundError:
            return False
        return True


class Storage(azure_blob.AzureBlobStorage):
    ManagerFactory = Manager


def connected(settings: AzureSettings) -> Storage:
    """A client of its own, so that no secret stays in the settings of file-keeper."""
    key = settings.account_key or os.environ.get("AZURE_STORAGE_KEY", "")
    client = BlobServiceClient(
        settings.address,
        {"account_name": settings.account_name, "account_key": key} if key else None,
        connection_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # its own waits half a minute before it gives up
        retry_policy=LinearRetry(backoff=1, retry_total=TRIES - 1, random_jitter_range=1),
    )
    return Storage(
        {
            "name": settings.name,
            "container_name": settings.container_name,
            "path": settings.path,
            "initialize": settings.initialize,
            "overwrite_existing": True,
            "client": client,
        }
    )

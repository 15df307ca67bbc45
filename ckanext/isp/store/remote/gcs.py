"""Google Cloud Storage, by file-keeper's adapter and Google's library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import google.auth
from file_keeper.default.adapters import gcs
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client
from google.oauth2.service_account import Credentials

from . import GoogleSettings

SCOPES = ["https://www.googleapis.com/auth/devstorage.read_write"]


class Manager(gcs.Manager):
    """Where file-keeper's own asks twice, or for more than is needed."""

    def scan(self, extras: dict[str, Any]) -> Iterable[str]:
        settings = self.storage.settings
        root = f"{settings.path}/" if settings.path else ""
        for blob in settings.bucket.list_blobs(prefix=root + extras.get("prefix", "")):
            yield blob.name.removeprefix(root)

    def remove(self, data: Any, extras: dict[str, Any]) -> bool:
        where = self.storage.full_path(data.location)
        try:
            self.storage.settings.bucket.blob(where).delete()
        except NotFound:
            return False
        return True


class Storage(gcs.GoogleCloudStorage):
    ManagerFactory = Manager


def connected(settings: GoogleSettings) -> Storage:
    credentials, project = _credentials(settings)
    client = Client(
        settings.project_id or project,
        credentials=credentials,
        client_options={"api_endpoint": settings.endpoint} if settings.endpoint else None,
    )
    return Storage(
        {
            "name": settings.name,
            "bucket_name": settings.bucket_name,
            "path": settings.path,
            "initialize": settings.initialize,
            "overwrite_existing": True,
            "client": client,
        }
    )


def _credentials(settings: GoogleSettings) -> tuple[Any, str | None]:
    if settings.credentials_file:
        found = Credentials.from_service_account_file(settings.credentials_file, scopes=SCOPES)
        return found, found.project_id
    if settings.endpoint:
        return AnonymousCredentials(), None
    found, project = google.auth.default(scopes=SCOPES)
    return found, project

"""Google Cloud Storage, by file-keeper's adapter and Google's library."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import google.auth
import requests
from file_keeper.default.adapters import gcs
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud.storage import Client
from google.oauth2.service_account import Credentials

from . import CONNECT_SECONDS, READ_SECONDS, TRIES, GoogleSettings

SCOPES = ["https://www.googleapis.com/auth/devstorage.read_write"]


class Unreachable(Exception):
    """Nobody answers."""


class Session(AuthorizedSession):
    """Gives up in seconds; Google's library would go on asking for two minutes."""

    def request(self, *asked: Any, **more: Any) -> Any:
        more["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        for left in reversed(range(TRIES)):
            try:
                return super().request(*asked, **more)
            except (requests.ConnectionError, requests.Timeout) as error:
                if not left:
                    raise Unreachable(str(error)) from error
                time.sleep(1)
        raise AssertionError


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
        _http=Session(credentials),
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

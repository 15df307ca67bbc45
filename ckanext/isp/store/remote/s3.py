"""S3, by file-keeper's adapter and boto3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import boto3
from botocore.config import Config
from file_keeper.default.adapters import s3

from . import CONNECT_SECONDS, READ_SECONDS, TRIES, S3Settings

# what others that speak S3 understand: checksums only where S3 itself asks for them
CONFIG: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "read_timeout": READ_SECONDS,
    "retries": {"total_max_attempts": TRIES, "mode": "standard"},
    "max_pool_connections": 50,
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class Manager(s3.Manager):
    """Where file-keeper's own tells less than there is."""

    def scan(self, extras: dict[str, Any]) -> Iterable[str]:
        """Every object: file-keeper asks for those after the first thousand by a marker that S3
        does not give."""
        settings = self.storage.settings
        root = f"{settings.path}/" if settings.path else ""
        pages = settings.client.get_paginator("list_objects_v2").paginate(
            Bucket=settings.bucket, Prefix=root + extras.get("prefix", "")
        )
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(root)

    def remove(self, data: Any, extras: dict[str, Any]) -> bool:
        """Whether or not it is there; file-keeper takes a refusal for nothing there."""
        where = self.storage.full_path(data.location)
        settings = self.storage.settings
        settings.client.delete_object(Bucket=settings.bucket, Key=where)
        return True


class Storage(s3.S3Storage):
    ManagerFactory = Manager


def connected(settings: S3Settings) -> Storage:
    """A client of its own, so that no secret stays in the settings of file-keeper."""
    client = boto3.session.Session().client(
        "s3",
        aws_access_key_id=settings.key or None,
        aws_secret_access_key=settings.secret or None,
        region_name=settings.region or None,
        endpoint_url=settings.endpoint or None,
        config=Config(**CONFIG),
    )
    return Storage(
        {
            "name": settings.name,
            "bucket": settings.bucket,
            "path": settings.path,
            "initialize": settings.initialize,
            "overwrite_existing": True,
            "client": client,
        }
    )

"""Storages elsewhere: S3 and what speaks like it, Azure Blob, Google Cloud.

The adapters are file-keeper's. What stands in front of them declares their options to CKAN, gives
no links, and connects when something is first asked of a storage, not when the portal starts: one
that is away, or whose library is not installed, takes nothing with it but the files that lie there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ckan.config.declaration import Declaration, Key
from ckan.lib import files

log = logging.getLogger(__name__)

PIECE = 256 * 1024
# of an answer that does not come, and of one that stops
CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 30, 3


class NotInstalled(files.exc.StorageError):
    """The library of a storage is not there."""


@dataclasses.dataclass
class Settings(files.Settings):
    """What every storage is told; the same bytes may come again."""

    overwrite_existing: bool = True

    @property
    def address(self) -> str:
        """Where on the network it is asked; empty for its maker's own, which is encrypted."""
        return ""


class Uploader(files.Uploader):
    capabilities = files.Capability.CREATE

    def upload(self, location: Any, upload: Any, extras: dict[str, Any]) -> Any:
        with self.storage.trouble():
            return self.storage.real().upload(location, upload, **extras)


class Reader(files.Reader):
    capabilities = files.Capability.STREAM

    def stream(self, data: Any, extras: dict[str, Any]) -> Iterator[bytes]:
        with self.storage.trouble():
            parts = self.storage.real().stream(data, **extras)
            read = getattr(parts, "read", None)
            yield from iter(partial(read, PIECE), b"") if read else parts


class Manager(files.Manager):
    capabilities = files.Capability.REMOVE | files.Capability.SCAN

    def remove(self, data: Any, extras: dict[str, Any]) -> bool:
        with self.storage.trouble():
            return bool(self.storage.real().remove(data, **extras))

    def scan(self, extras: dict[str, Any]) -> Iterable[str]:
        with self.storage.trouble():
            yield from self.storage.real().scan(**extras)


class Remote(files.Storage):
    """A storage that is connected to when something is first asked of it.

    Whatever its library raises becomes an error of file-keeper.
    """

    SettingsFactory: ClassVar[type[Settings]] = Settings
    UploaderFactory, ReaderFactory, ManagerFactory = Uploader, Reader, Manager

    extra: ClassVar[str]
    """The module beside this one that connects, and what is installed for it."""

    OPTIONS: ClassVar[dict[str, str]] = {}
    """What it is told beside what every storage is; the first is required."""

    def __init__(self, settings: Any, /) -> None:
        super().__init__(settings)
        self._real: Any = None

    @classmethod
    def configure(cls, settings: Any) -> Any:
        if not isinstance(settings, Mapping):
            return settings
        known = {field.name for field in dataclasses.fields(cls.SettingsFactory)}
        # file-keeper would log what it does not know with its value: a misspelt secret
        for option in sorted(set(settings) - known):
            log.warning("Storage %s knows no option %s", settings.get("name"), option)
        told = {k: v for k, v in settings.items() if k in known and v not in (None, "")}
        made = super().configure(told)
        if _tells_a_secret(made.address):
            problem = "its address holds a password or a token; set those apart from it"
            raise files.exc.InvalidStorageConfigurationError(made.name, problem)
        return made

    @classmethod
    def declare_config_options(cls, declaration: Declaration, key: Key) -> None:
        super().declare_config_options(declaration, key)
        declaration[key.public].append_validators("one_of([False])").set_description(
            "Stays false: these storages are for restricted files."
        )
        for name, description in cls.OPTIONS.items():
            declaration.declare(getattr(key, name), "").set_description(description)
        declaration[getattr(key, next(iter(cls.OPTIONS)))].required()

    @property
    def lacks(self) -> str:
        """What has to be installed before it can be used; empty where nothing."""
        try:
            self._module()
        except NotInstalled as error:
            return str(error)
        return ""

    def real(self) -> Any:
        """file-keeper's own storage, connected.

        :raises FilesError: where that cannot be had
        """
        if self._real is None:
            # those who come at the same time connect each: none waits for an answer to another
            self._real = self._module().connected(self.settings)
        return self._real

    @contextlib.contextmanager
    def trouble(self) -> Iterator[None]:
        """Each library has errors of its own, and none of them is a reason to answer 500."""
        try:
            yield
        except (files.exc.LocationError, NotInstalled):
            raise
        except Exception as error:
            told = f"{error} ({error.__cause__})" if error.__cause__ else str(error)
            raise files.exc.StorageError(f"Storage {self}: {told}") from error

    def _module(self) -> Any:
        try:
            return import_module(f"{__name__}.{self.extra}")
        except ImportError as error:
            raise NotInstalled(
                f"Storage {self} needs {error.name}, which is not installed: "
                f"pip install 'ckanext-isp[{self.extra}]'"
            ) from error


@dataclasses.dataclass
class S3Settings(Settings):
    bucket: str = ""
    key: str = dataclasses.field(default="", repr=False)
    secret: str = dataclasses.field(default="", repr=False)
    region: str = ""
    endpoint: str = ""

    @property
    def address(self) -> str:
        own = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        return self.endpoint or own or ""


class S3(Remote):
    """Amazon S3, MinIO, Ceph, Garage and others that speak like it."""

    extra = "s3"
    SettingsFactory = S3Settings
    OPTIONS = {
        "bucket": "Name of the bucket.",
        "key": "Access key; left out, what boto3 finds in the environment.",
        "secret": "Secret key; left out, what boto3 finds in the environment.",
        "region": "Region of the bucket, where its maker has several.",
        "endpoint": "Address of a server that is not Amazon's: https://minio.example.org",
    }


@dataclasses.dataclass
class AzureSettings(Settings):
    container_name: str = ""
    account_name: str = ""
    account_key: str = dataclasses.field(default="", repr=False)
    account_url: str = "https://{account_name}.blob.core.windows.net"

    @property
    def address(self) -> str:
        return self.account_url.replace("{account_name}", self.account_name)


class Azure(Remote):
    """Azure Blob Storage."""

    extra = "azure"
    SettingsFactory = AzureSettings
    OPTIONS = {
        "container_name": "Name of the container.",
        "account_name": "Name of the storage account.",
        "account_key": "Its key; left out, AZURE_STORAGE_KEY of the environment.",
        "account_url": "Address of another cloud; {account_name} stands for that name.",
    }


@dataclasses.dataclass
class GoogleSettings(Settings):
    bucket_name: str = ""
    project_id: str = ""
    credentials_file: str = ""
    endpoint: str = ""

    @property
    def address(self) -> str:
        return self.endpoint or os.environ.get("STORAGE_EMULATOR_HOST", "")


class Google(Remote):
    """Google Cloud Storage."""

    extra = "gcs"
    SettingsFactory = GoogleSettings
    OPTIONS = {
        "bucket_name": "Name of the bucket.",
        "project_id": "The project of the bucket; left out, that of the credentials.",
        "credentials_file": "Path of a service account's key, as JSON; left out, what Google's "
        "library finds in the environment.",
        "endpoint": "Address of another server; without credentials_file it is asked as nobody.",
    }


ADAPTERS: dict[str, type[Remote]] = {"isp:s3": S3, "isp:azure": Azure, "isp:gcs": Google}


def _tells_a_secret(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.username or parts.password or parts.query)

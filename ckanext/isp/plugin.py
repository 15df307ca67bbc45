"""The plugin."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from . import errors
from .implementations.controller import PackageController
from .implementations.labels import PermissionLabels


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.validators
@tk.blanket.config_declarations
class IspPlugin(PackageController, PermissionLabels):
    """Makes the portal keep its Information Sharing Protocol."""

    p.implements(p.IConfigurable)

    def configure(self, config: object) -> None:
        errors.listen()

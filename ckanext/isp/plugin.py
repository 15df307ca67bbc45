"""The plugin."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.lib import search

from . import doctor, errors, helpers, jobs
from .implementations.controller import PackageController
from .implementations.labels import PermissionLabels
from .implementations.options import Options
from .implementations.pages import Pages
from .implementations.storages import Storages
from .implementations.uploads import Uploads
from .logic import action, auth, fresh


@tk.blanket.actions(action.offered)
@tk.blanket.auth_functions(auth.offered)
@tk.blanket.validators
@tk.blanket.blueprints
@tk.blanket.helpers(helpers.offered)
@tk.blanket.cli
class IspPlugin(Pages, Options, Uploads, Storages, PackageController, PermissionLabels):
    """Makes the portal keep its Information Sharing Protocol."""

    p.implements(p.IConfigurable)

    def configure(self, config: object) -> None:
        errors.listen()
        jobs.listen()
        # CKAN makes its query of what stands here
        search._QUERIES["package"] = fresh.Query
        search.query.VALID_SOLR_PARAMETERS.add(fresh.LABELS)
        doctor.look_again()

    def make_middleware(self, app: Any, config: Any) -> Any:
        # CKAN gathers these at the first request; another thread would find its own meanwhile,
        # without what stands around them here
        tk.get_action("isp_request_show")
        tk.get_validator("isp_text")
        authz.auth_functions_list()
        return super().make_middleware(app, config)

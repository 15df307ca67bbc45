"""Templates, assets, facets and words."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.plugins import DefaultTranslation

HIDDEN = "ckan.hide_activity_from_users"
HERE = Path(__file__).resolve().parent.parent


class Pages(p.SingletonPlugin, DefaultTranslation):
    """What the portal's pages need of the plugin."""

    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.ITranslation)

    def update_config(self, config: Any) -> None:
        tk.add_template_directory(config, str(HERE / "templates"))
        tk.add_resource(str(HERE / "assets"), "ckanext-isp")
        if config.get("ckan.site_id") and not config.get(HIDDEN):
            # what CKAN means by none, which it would look up on every page
            config[HIDDEN] = [config["ckan.site_id"]]

    def dataset_facets(self, facets_dict: dict[str, Any], package_type: str) -> dict[str, Any]:
        return _with_protocol(facets_dict)

    def organization_facets(
        self, facets_dict: dict[str, Any], organization_type: str, package_type: str | None
    ) -> dict[str, Any]:
        return _with_protocol(facets_dict)

    def group_facets(
        self, facets_dict: dict[str, Any], group_type: str, package_type: str | None
    ) -> dict[str, Any]:
        return _with_protocol(facets_dict)

    def i18n_domain(self) -> str:
        return "ckanext-isp"

    def i18n_directory(self) -> str:
        return str(HERE / "i18n")


def _with_protocol(facets_dict: dict[str, Any]) -> dict[str, Any]:
    words = {"isp_level": tk._("Sensitivity"), "isp_exposure": tk._("Who can see it")}
    return OrderedDict({**words, **facets_dict})

"""The plugin's own options, and safe defaults in place of CKAN's unsafe ones."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import ckan.plugins as p
import yaml
from ckan.config.declaration import Declaration, Key

SAFE_DEFAULTS: dict[str, Any] = {
    "ckan.datastore.public_table_search": [],
    # somebody with thousands of grants searches by a list of terms
    "ckan.search.solr_allowed_query_parsers": ["terms"],
    "ckan.files.owner.cascade_access": ["group", "organization"],
}


class Options(p.SingletonPlugin):
    """Declares options. What a portal sets itself stays; doctor says where that is unsafe."""

    p.implements(p.IConfigDeclaration)

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:
        declared = (files("ckanext.isp") / "config_declaration.yaml").read_text()
        declaration.load_dict(yaml.safe_load(declared))
        for name, default in SAFE_DEFAULTS.items():
            option = Key.from_string(name)
            if option in declaration:
                declaration[option].set_default(default)

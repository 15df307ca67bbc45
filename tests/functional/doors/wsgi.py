"""What gunicorn serves: CKAN, configured by the file that CKAN_INI names."""

from __future__ import annotations

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

from tests.sparing import look_for_assets_once

look_for_assets_once()
application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())

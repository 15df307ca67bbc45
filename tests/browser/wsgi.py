"""What gunicorn serves for the browser: the portal of the file that CKAN_INI names."""

from __future__ import annotations

from dev.wsgi import application as portal
from tests.sparing import let_browsers_keep, look_for_assets_once

look_for_assets_once()
application = let_browsers_keep(portal)

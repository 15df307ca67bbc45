"""CKAN's own tests, as they ship with CKAN, on a portal that keeps its protocol.

    python tests/ckan_core [--without-isp] [pytest's options] [modules]

Not imported as part of the package `tests`: CKAN's tests have a package of that name.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# how a portal is emptied, and spared work, is written there
sys.path += [str(HERE.parent / "functional"), str(HERE.parent)]
MODULES = (
    "ckan.tests.lib.search",
    "ckan.tests.logic.action.test_create",
    "ckan.tests.logic.action.test_update",
    "ckan.tests.logic.action.test_get",
    "ckan.tests.logic.action.test_delete",
    "ckan.tests.controllers.test_package",
)


def main(arguments: list[str]) -> int:
    modules = () if any(word.startswith("ckan.tests.") for word in arguments) else MODULES
    setup = ["-c", str(HERE / "pytest.ini"), "--rootdir", str(HERE), "-p", "portal", "--pyargs"]
    return int(pytest.main([*setup, *arguments, *modules]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

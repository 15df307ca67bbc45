"""What pyproject.toml cannot say: `ckanext` is a namespace shared with CKAN and other plugins."""

from setuptools import find_namespace_packages, setup

setup(
    packages=find_namespace_packages(include=["ckanext", "ckanext.*"]),
    namespace_packages=["ckanext"],
    message_extractors={
        "ckanext": [
            ("**.py", "python", None),
            ("**.js", "javascript", None),
            ("**/templates/**.html", "ckan", None),
        ],
    },
)

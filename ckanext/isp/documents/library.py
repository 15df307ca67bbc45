"""The protocols that are shipped: the template, and real tables as examples."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from .compile import Document, load

FOLDER = "schemas/protocols"


@cache
def template() -> Document:
    """The IASC template, which stands in where a response has no protocol of its own."""
    return load(source().encode())


def source() -> str:
    """The text of the template."""
    return (files("ckanext.isp") / FOLDER / "iasc-template.yaml").read_text()


def examples() -> list[str]:
    """The names of the example protocols."""
    folder = files("ckanext.isp") / FOLDER / "examples"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir())


@cache
def example(name: str) -> Document:
    """An example protocol, written from a real table."""
    return load(source_of(name).encode())


def source_of(name: str) -> str:
    """The text of an example."""
    return (files("ckanext.isp") / FOLDER / "examples" / f"{name}.yaml").read_text()

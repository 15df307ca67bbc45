"""Writing a document as somebody would by hand: a key a line, a row a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from .compile import Document

_WIDTH = 1_000_000


class _Dumper(yaml.SafeDumper):
    """Quotes what our reader, or another one, would not read back as the text that it is."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = '"' if "\n" in value or "," in value or ": " in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Dumper.add_representer(str, _text)


def to_yaml(document: Document) -> str:
    """A document as YAML; read again it is the same."""
    return written(document.told)


def written(told: Mapping[str, Any]) -> str:
    """A document's plain values as YAML."""
    return "".join(line for key, value in told.items() for line in _entry(key, value))


def _entry(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield f"\n{key}:\n"
        yield from (f"  - {flow(item)}\n" for item in value)
    elif isinstance(value, dict) and any(isinstance(item, dict) for item in value.values()):
        yield f"\n{key}:\n"
        yield from (f"  {flow(name)}: {flow(item)}\n" for name, item in value.items())
    else:
        yield f"{key}: {flow(value)}\n"


def flow(value: Any) -> str:
    """A value on one line."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        width=_WIDTH,
        allow_unicode=True,
        sort_keys=False,
    )
    return text.removesuffix("\n").removesuffix("\n...")

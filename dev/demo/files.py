"""Makes the files of the demo catalogue: `python -m dev.demo.files [FOLDER]` writes all of them.

A recipe is a function of one of the modules below that takes a generator of its own and returns
tables or features. The generator is seeded with the recipe and its options, so the same data in two
formats agree, and every run writes the same bytes. Options that are yes or no are left out of the
seed: they add columns to the same data.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from dev.demo import geography, needs, operations, presence, registers, surveys
from dev.demo.catalogue import File, load
from dev.demo.sheets import Content, write

MODULES = (geography, needs, operations, presence, registers, surveys)
RECIPES = {module.__name__.rpartition(".")[2]: module for module in MODULES}


def content(recipe: str, options: Mapping[str, Any]) -> Content:
    """What `module.function` makes of its options."""
    module, _, name = recipe.partition(".")
    make = getattr(RECIPES[module], name)
    seed = sorted((key, value) for key, value in options.items() if not isinstance(value, bool))
    return make(Random(f"{recipe} {seed}"), **options)


def make(file: File, folder: Path) -> Path:
    """The file in this folder; one that is there already is left as it is."""
    path = folder / file.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"unfinished-{file.name}"
        write(unfinished, content(file.recipe, file.options))
        unfinished.rename(path)
    return path


def main(folder: str = ".portal/demo-files") -> None:
    for dataset in load().datasets:
        for file in (*dataset.files, *dataset.restricted):
            path = make(file, Path(folder))
            print(f"{path.stat().st_size:>9,}  {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])

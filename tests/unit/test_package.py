"""What is installed from a package is what a checkout holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILT_FROM = ("README.md", "LICENSE", "CHANGELOG.md", "MANIFEST.in", "pyproject.toml", "setup.py")
MADE = shutil.ignore_patterns("__pycache__", "*.pyc")


def built(kind: str, source: Path, out: Path) -> Path:
    """A package of that kind, made by the tools of this environment."""
    call = f"from setuptools import build_meta as b; print(b.build_{kind}({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", call], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.split()[-1]


def test_a_wheel_made_from_a_source_package_holds_all_that_the_plugin_reads(
    tmp_path: Path,
) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    out.mkdir()
    for name in ("ckanext", "i18n", "schemas"):
        shutil.copytree(TOP / name, source / name, symlinks=True, ignore=MADE)
    for name in BUILT_FROM:
        shutil.copy(TOP / name, source)
    package = built("sdist", source, out)
    shutil.unpack_archive(package, tmp_path)
    unpacked = tmp_path / package.name.removesuffix(".tar.gz")
    with zipfile.ZipFile(built("wheel", unpacked, out)) as wheel:
        held = {name for name in wheel.namelist() if name.startswith("ckanext/isp/")}
        points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert "isp = ckanext.isp.plugin:IspPlugin" in wheel.read(points).decode()
    below = os.walk(TOP / "ckanext" / "isp", followlinks=True)
    files = (
        Path(folder, name).relative_to(TOP) for folder, _below, names in below for name in names
    )
    assert held == {str(path) for path in files if path.suffix != ".pyc"}
    assert "ckanext/isp/i18n/fr/LC_MESSAGES/ckanext-isp.mo" in held
    assert "ckanext/isp/schemas/isp_dataset.yaml" in held

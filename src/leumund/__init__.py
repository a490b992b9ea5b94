"""Leumund: what people say about a company, measured honestly.

    project = leumund.open("mybrand")
    project.run()
    project.picture().estimates

Importing this loads nothing else; `open` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leumund._version import __version__

if TYPE_CHECKING:
    from leumund.loop import Project

__all__ = ["__version__", "open"]


def open(folder: Path | str) -> Project:
    """Open the project in a folder; raises NotAProject or BadSettings when there is none or its settings are wrong."""
    from leumund.loop import open_project

    return open_project(folder)

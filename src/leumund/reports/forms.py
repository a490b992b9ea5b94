"""The forms that a report can take, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leumund.errors import storage_errors
from leumund.picture.view import Picture

__all__ = ["whole_file", "write_form"]


def write_form(picture: Picture, path: Path, *, form: str, language: str) -> None:
    """Write the report to `path` as html, pdf, xlsx or json.

    Raises a StorageError where the place cannot be written to.
    """
    if form == "html":
        from leumund.reports.html import write_report

        write_report(picture, path, language=language)
    elif form == "pdf":
        from leumund.reports.pdf import write_pdf

        write_pdf(picture, path, language=language)
    elif form == "xlsx":
        from leumund.reports.xlsx import write_xlsx

        write_xlsx(picture, path, language=language)
    else:
        with whole_file(path) as draft:
            draft.write_text(picture.to_json(), encoding="utf-8")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a dot-name to write to, and rename it to `path` at the end, so that nobody reads half a report."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

"""The forms that a report can take, each written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from leumund.engines.parts import writing
from leumund.picture.view import Picture

__all__ = ["ENDINGS", "write_form"]

ENDINGS = {"html": "html", "pdf": "pdf", "xlsx": "xlsx", "json": "json", "mail": "eml", "pack": "zip"}


def write_form(picture: Picture, path: Path, *, form: str, language: str) -> None:
    """Write the report to `path` as html, pdf, xlsx, mail or json.

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
    elif form == "mail":
        from leumund.reports.mail import write_mail

        write_mail(picture, path, language=language)
    else:
        with writing(path) as draft:
            draft.write_text(picture.to_json(), encoding="utf-8")

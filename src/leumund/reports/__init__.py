"""Reports: the picture laid out for reading, as a page, a PDF, a workbook; none of them needs a network."""

from leumund.reports.forms import write_form
from leumund.reports.headline import headline
from leumund.reports.html import write_report

__all__ = ["headline", "write_form", "write_report"]

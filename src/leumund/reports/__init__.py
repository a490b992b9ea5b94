"""Reports: the picture laid out for reading, as one HTML file that needs no network, with its JSON beside it."""

from leumund.reports.headline import headline
from leumund.reports.html import write_report

__all__ = ["headline", "write_report"]

"""Wording: every sentence people see, German and English side by side, and numbers and dates in the language's form.

>>> say("count.posts", "de", n=1234)
'1.234 Beiträge'
>>> say("count.posts", "en", n=1)
'1 post'
"""

from leumund.wording.catalogue import LANGUAGES, catalogue, say
from leumund.wording.forms import clock, day, day_span, index_span, month, number, percent, quarter, share_span, signed
from leumund.wording.guidelines import guideline, guideline_version, version_of

__all__ = [
    "LANGUAGES",
    "catalogue",
    "clock",
    "day",
    "day_span",
    "guideline",
    "guideline_version",
    "index_span",
    "month",
    "number",
    "percent",
    "quarter",
    "say",
    "share_span",
    "signed",
    "version_of",
]

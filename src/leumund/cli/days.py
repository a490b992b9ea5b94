"""Days that were typed: one way to read them, whatever the option is called."""

from __future__ import annotations

import re
from datetime import date

from leumund.errors import DateNotUnderstood, WrongUse

__all__ = ["day_given"]

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def day_given(text: str, option: str, *, end: bool = False) -> date:
    """Give the day that was typed for an option; of a month (2024-03) its first day, or with `end` its last.

    Raises WrongUse, naming the option.
    """
    from leumund.picture.identity import last_day
    from leumund.sources.dates import DateRules, read_date

    if month := _MONTH.fullmatch(text.strip()):
        first = date(int(month[1]), int(month[2]), 1)
        return last_day("month", first) if end else first
    try:
        when = read_date(text, DateRules())
    except DateNotUnderstood as error:
        there_is = "give a day that there is, as 2024-03-18 or 18.3.2024"
        raise WrongUse(error.seen, where=option, next_step=there_is) from error
    if when.moment is None or when.precision in ("month", "unknown"):
        raise WrongUse(f"no day: “{text}”", where=option, next_step="write it as 2024-03-18")
    return when.moment.date()

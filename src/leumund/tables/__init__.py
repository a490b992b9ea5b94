"""Every table, declared once: field, type, unit, meaning, key, personal mark.

A row class is the declaration. Arrow schema, documentation page and the engines' casts come from it.
Columns are flat, times are UTC, probabilities are whole numbers of 1/10,000 so that sums are exact on every engine.
"""

from __future__ import annotations

from leumund.tables.change import AspectContrast, Change, Contrast, Driver, LeftOut, Moving, Span, WatchedWeek
from leumund.tables.decisions import AuditRow, CampaignEntry, Drawn, Label, Publication
from leumund.tables.declaration import (
    TABLES,
    Field,
    Table,
    arrow_schema,
    field_names,
    rows_to_arrow,
    table_of,
    tables_page,
)
from leumund.tables.picture import (
    Cell,
    Estimate,
    Evidence,
    Judged,
    Opinion,
    Origin,
    Tally,
    Telling,
    VenueDay,
    Verdict,
    Voice,
)
from leumund.tables.posts import (
    Author,
    Coverage,
    Family,
    Intake,
    Issue,
    Kin,
    Language,
    Neighbour,
    Post,
    Quote,
    Sighting,
    Signature,
    Thread,
    Twin,
)
from leumund.tables.readings import PostReading, Reading
from leumund.tables.series import Amendment, Bridge, OverlapRow, Override

__all__ = [
    "TABLES",
    "Amendment",
    "AspectContrast",
    "AuditRow",
    "Author",
    "Bridge",
    "CampaignEntry",
    "Cell",
    "Change",
    "Contrast",
    "Coverage",
    "Drawn",
    "Driver",
    "Estimate",
    "Evidence",
    "Family",
    "Field",
    "Intake",
    "Issue",
    "Judged",
    "Kin",
    "Label",
    "Language",
    "LeftOut",
    "Moving",
    "Neighbour",
    "Opinion",
    "Origin",
    "OverlapRow",
    "Override",
    "Post",
    "PostReading",
    "Publication",
    "Quote",
    "Reading",
    "Sighting",
    "Signature",
    "Span",
    "Table",
    "Tally",
    "Telling",
    "Thread",
    "Twin",
    "VenueDay",
    "Verdict",
    "Voice",
    "WatchedWeek",
    "arrow_schema",
    "field_names",
    "rows_to_arrow",
    "table_of",
    "tables_page",
]

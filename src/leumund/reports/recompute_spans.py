"""Works out which periods are compared, how much they lack and which days they leave out: python recompute_spans.py.

Tells recompute_changes.py, too, which authors of a period count together. Needs pyarrow and numpy; ends with 1 when a
period, a day or what a change says of its periods differs, or when opinions are marked as left out, or are not, that
cannot be.
"""

import sys
from pathlib import Path

import numpy as np
from recompute import code
from recompute_drivers import held, tally
from recompute_files import ended, opened

BLOCK, BLOCKS = 28, 4  # days; phrases are counted in so many blocks


def quarter(day):
    """Give the first day of the quarter in which a day lies."""
    month = day.astype("M8[M]")
    return (month - month.astype(int) % 3).astype("M8[D]")


def pairs(first, last):
    """Give by comparison its two periods, the last full one that the days allow and, after it, the one before."""
    end, closed = last - (last.astype(int) + 4) % 7, quarter(last + 1) - 1  # a Sunday; day 0 was a Thursday
    start = quarter(closed)
    found = {
        "four_weeks": ((end - BLOCK + 1, end), (end - 2 * BLOCK + 1, end - BLOCK)),
        "quarter": ((start, closed), (quarter(start - 1), start - 1)),
    }
    return {name: pair for name, pair in found.items() if pair[1][0] >= first}


def compared(c):
    """Give the periods with what they lack, the days of a venue left out, and the blocks, as rows of the pack."""
    lost, spans, out, blocks = np.isin(c["problem"], ["gap", "outage"]), set(), set(), set()
    weight = np.where(np.isnan(c["expected"]), c["seen"], c["expected"])
    for span, pair in pairs(c["day"].min(), c["day"].max()).items():
        for side, (first, last), shift in zip(("after", "before"), pair, (-1, 1), strict=True):
            inside = (first <= c["day"]) & (c["day"] <= last)
            total, gone = weight[inside].sum(), weight[inside & lost].sum()
            spans.add((span, side, first.item(), last.item(), round(10_000 * gone / total) if total else 0))
            away = shift * (pair[0][0] - pair[1][0])  # to the same place in the other period
            for venue, day in zip(c["source"][inside & lost], c["day"][inside & lost], strict=True):
                out |= {(span, venue, day.item()), (span, venue, (day + away).item())}
        if span == "four_weeks":
            blocks = {(n, *((day - n * BLOCK).item() for day in pair[0])) for n in range(BLOCKS)}
    return spans, out, blocks


def marks(o, c, out, span):
    """Tell of each part of a venue's week whether its marks can be right; where two months meet, a week has two parts.

    No more posts may be marked than were seen on the days that are left out, and no more unmarked than on the others.
    """
    gone = [(span, venue, day) in out for venue, day in zip(c["source"], c["day"].tolist(), strict=True)]
    week = c["day"] - (c["day"].astype(int) + 3) % 7
    seen = np.column_stack([c["venue"], week.astype(int), c["day"].astype("M8[M]").astype("M8[D]").astype(int), gone])
    said = [o["venue"], *(o[name].astype("M8[D]").astype(int) for name in ("week", "month")), o[f"left_out_{span}"]]
    said = np.unique(np.column_stack([*said, o["post"]]), axis=0)[:, :-1]
    place = np.unique(np.concatenate([said, seen]), axis=0, return_inverse=True)[1].ravel()
    posts, most = np.bincount(place[: len(said)]), np.bincount(place[len(said) :], c["seen"], place.max() + 1)
    return posts[posts > 0] <= most[: len(posts)][posts > 0]


def few(p, groups):
    """Tell by side and group whether fewer than three effective authors or threads speak there."""
    found = np.maximum(*held(p, p["side"] * (groups.max() + 1) + groups)) * 3 > 1
    return np.pad(found, (0, 2 * groups.max() + 2 - len(found))).reshape(2, -1)


def folded(p, outer, heavy):
    """Let the heavy or the other authors of a venue, too few on one of two sides, count with the others there."""
    cell = kept = 2 * outer + heavy
    for last in (False, True):
        n = tally(p, cell, "n")
        weak = np.flatnonzero((n > 0).all(axis=0) & few(p, cell).any(axis=0))
        for group in () if last else set(weak // 2):
            one = min((c for c in weak if c // 2 == group), key=lambda c: n[:, c].sum())
            side = n[:, one].argmin()
            if ((kept == one ^ 1) & (p["side"] == side)).any():
                cell = np.where((kept == one) & (p["side"] == side), one ^ 1, cell)
    return code(np.where(np.isin(outer, weak // 2), -1 - outer, cell))


def main(pack):
    """Compare all periods, days and marks of the pack; gives the status to end with."""
    names = ("opinions", "coverage", "changes", "spans", "left_out", "blocks")
    manifest, o, c, changes, *told = opened(pack, *names)
    o, c = ({name: t[name].to_numpy(zero_copy_only=False) for name in t.column_names} for t in (o, c))
    first, last = np.array(manifest["window"] or [c["day"].min(), c["day"].max()], "M8[D]")
    asked = (first <= c["day"]) & (c["day"] <= last)
    spans, out, blocks = compared({name: column[asked] for name, column in c.items()})
    agree = n = 0
    for table, again in zip(told, (spans, out, blocks), strict=True):
        given = {tuple(row.values()) for row in table.to_pylist()}
        agree, n = agree + len(given & again), n + len(given | again)
    period = {row[:2]: row[2:] for row in spans}
    for row in changes.to_pylist():
        (*before, lacks_before), (*after, lacks_after) = (
            period.get((row["span"], s), (0, 0, 0)) for s in ("before", "after")
        )
        dates = [row[f"{side}_{end}"] for side in ("before", "after") for end in ("first", "last")]
        agree += dates == before + after and row["missing"] == max(lacks_before, lacks_after)
    number = {venue: place for place, venue in enumerate(manifest["venues"])}
    c["venue"] = np.array([number.get(venue, -1) for venue in c["source"]])
    can_be = np.concatenate([marks(o, c, out, span) for span in ("four_weeks", "quarter")])
    agree, n = agree + can_be.sum(), n + len(changes) + len(can_be)
    return ended(manifest, agree, n, "periods, days left out and marks of weeks agree")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

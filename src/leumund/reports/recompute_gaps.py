"""Works out what a pack puts in for days that were not collected: python recompute_gaps.py [PACK].

Needs pyarrow and numpy; ends with 1 when a share, its usual value or that value's error differs in six digits.
"""

import sys
from pathlib import Path

import numpy as np
from recompute_files import ended, opened

AROUND = 56  # days before and after a stretch that tell what is usual
UNKNOWN = 5000.0  # how far a week may lie off in a forum of which fewer than three were seen


class Forums:
    """Which days of which forum were collected, and what is said there by brand and aspect, week by week."""

    def __init__(self, coverage, o, venues):
        self.o, self.seen, self.missing, self.whole = o, {}, {}, (0, 0)
        days = coverage["day"].to_numpy().astype("M8[D]").astype(int)
        source, problem = (np.array(coverage[name].to_pylist(), dtype=object) for name in ("source", "problem"))
        for venue in sorted(set(source)):
            here, lost = source == venue, np.isin(problem, ["gap", "outage"])
            self.seen[venue], self.missing[venue] = (days[here].min(), days[here].max()), days[here & lost]
        if len(days):
            self.whole = days.min(), days.max()
        self.number = {venue: venues.index(venue) if venue in venues else -1 for venue in self.seen}

    def lost(self, brand, aspect, span):
        """Give, by forum with days missing in the span: posts that are missing, their usual level, its error."""
        found = []
        for venue, missing in self.missing.items():
            n_days = ((missing >= span[0]) & (missing <= span[1])).sum()
            if n_days and (usual := self.usual(brand, aspect, venue, span)):
                found.append((n_days * usual[0], *usual[1:]))
        return found

    def usual(self, brand, aspect, venue, span):
        """Give posts a day, mean y and how far a week lies off it, in the whole weeks around, or the nearest ones."""
        first, last = self.seen[venue]
        mondays = np.arange(first - (first + 3) % 7, last + 1, 7)  # day 0 was a Thursday
        mondays = mondays[~np.isin(mondays, self.missing[venue] - (self.missing[venue] + 3) % 7)]
        away = np.maximum(span[0] - mondays - 6, mondays - span[1])
        near = away <= AROUND
        mondays = mondays[near if near.sum() >= 3 else np.argsort(away, kind="stable")[:8]]
        o = self.o
        some = (o["brand"] == brand) & (o["aspect"] == aspect) & (o["venue"] == self.number[venue])
        some &= np.isin(o["week"], mondays)
        _, place = np.unique(o["week"][some], return_inverse=True)
        n, y = np.bincount(place), np.bincount(place, o["y"][some])
        if not n.sum():
            return None
        level = y.sum() / n.sum()
        spread = np.std(y - level * n, ddof=1) / n.mean() if len(n) >= 3 else UNKNOWN
        return n.sum() / (7 * len(mondays)), level, spread

    def index(self, brand, aspect, span, there):
        """Give of a net index which share is missing, at which value, with which error; in 1/10,000."""
        if not (found := self.lost(brand, aspect, span)):
            return 0.0, 0.0, 0.0
        n, level, spread = np.array(found).T
        return n.sum() / (n.sum() + there), n @ level / n.sum(), np.sqrt(((n * spread) ** 2).sum()) / n.sum()

    def voice(self, brand, aspect, span, there):
        """Give the same of a share of voice, 0..1; `there` are the posts of all brands."""
        lost = [sum(n for n, *_ in self.lost(one, aspect, span)) for one in range(int(self.o["brand"].max()) + 1)]
        if not sum(lost):
            return 0.0, 0.0, 0.0
        share = lost[brand] / sum(lost)
        return sum(lost) / (sum(lost) + there), share, np.sqrt(share * (1 - share)) / 2


def of_sides(forums, o, shares):
    """Give what is missing of shares of polarity, by side (0 own, 1 rivals) and aspect."""
    found = {}
    for side, aspect in {(row["side"], row["aspect"]) for row in shares}:
        brands = [b for b in np.unique(o["brand"]).tolist() if (b > 0) == side]
        posts = np.array([((o["brand"] == b) & (o["aspect"] == aspect)).sum() for b in brands])
        told = np.array([forums.index(b, aspect, forums.whole, n) for b, n in zip(brands, posts, strict=True)])
        found[side, aspect] = np.average(told[:, 0], weights=posts), 0.0, told[:, 2].max() * 1e-4
    return found


def main(pack):
    """Compare everything that is put in; gives the status to end with."""
    names = ("opinions", "coverage", "figures", "polarities", "gaps")
    manifest, o, coverage, figures, polarities, gaps = opened(pack, *names)
    o = {c: o[c].to_numpy() for c in o.column_names}
    o |= {c: o[c].astype("M8[D]").astype(int) for c in ("week", "month", "quarter", "all")}
    forums, window, again = Forums(coverage, o, manifest["venues"]), manifest["window"], {}
    whole = tuple(np.array(window, "M8[D]").astype(int)) if window else forums.whole
    starts, ends = (figures[c].to_numpy().astype("M8[D]").astype(int) for c in ("period_start", "period_end"))
    for row, start, end in zip(figures.to_pylist(), starts.tolist(), ends.tolist(), strict=True):
        if row["measure"] == "difference" or row["counted"] != "posts":
            continue
        brand, aspect, period, voice = (*(row[c] for c in ("brand", "aspect", "period")), row["measure"] != "net_index")
        there = (o["aspect"] == aspect) & (o[period] == start) & ((o["brand"] == brand) | voice)
        span = whole if period == "all" else (start, end)
        share, usual, error = (forums.voice if voice else forums.index)(brand, aspect, span, there.sum())
        unit = 1 if voice else 0.01
        again[row["measure"], brand, aspect, period, row["period_start"]] = share, usual * unit, error * unit
    inside = o["all"] == o["all"].max()
    within = {c: a[inside] for c, a in o.items()}
    if window:
        days = coverage["day"].to_numpy().astype("M8[D]").astype(int)
        forums = Forums(coverage.filter((days >= whole[0]) & (days <= whole[1])), within, manifest["venues"])
    shares = polarities.to_pylist()
    for (side, aspect), told in of_sides(forums, within, shares).items():
        again["polarity", side, aspect, "all", min(row["first"] for row in shares)] = told
    wanted = {key: told for key, told in again.items() if told[0]}
    given = {tuple(row.values())[:5]: tuple(row.values())[5:] for row in gaps.to_pylist()}
    agree = sum(np.allclose(given[key], wanted.get(key, (np.nan,) * 3), rtol=1e-9, atol=1e-9) for key in given)
    n = len(given | wanted)
    return ended(manifest, agree, n, "figures with something put in agree to six digits")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

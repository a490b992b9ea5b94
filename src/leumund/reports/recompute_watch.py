"""Works out the weekly watch of a pack anew, with its limit: python recompute_watch.py [PACK].

Lies beside recompute.py, whose estimators it uses; ends with 1 when a week differs in six digits. Running mean: Roberts
1959. Residuals against the weeks before: Brown, Durbin, Evans 1975. Limit by a Markov chain: Brook, Evans 1972.
"""

import sys
from pathlib import Path

import numpy as np
from recompute import machine
from recompute_files import ended, opened
from scipy import special

KEEP, STATES, BASE, WEEKS = 0.2, 301, 8, 52  # weight of the newest week; states; weeks that teach a level; a year


def limit_for(false_alarm):
    """Give the limit that the running mean of nothing but noise leaves in a year with this probability."""
    low, high = 1.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        bound = middle * np.sqrt(KEEP / (2 - KEEP))
        edges, staying = np.linspace(-bound, bound, STATES + 1), np.ones(STATES)
        centre = (edges[1:] + edges[:-1])[:, None] / 2
        step = np.diff(special.ndtr((edges[None, :] - (1 - KEEP) * centre) / KEEP), axis=1)
        for _ in range(WEEKS):
            staying = step @ staying
        low, high = (middle, high) if 1 - staying[STATES // 2] > false_alarm else (low, middle)
    return (low + high) / 2


def watched(x, se, df, limit):
    """Give by week what was expected, how far it lies off, the running mean and whether it is an alarm."""
    expected, off, running, alarm = (np.full(len(x), np.nan) for _ in range(4))
    n, mean, sums, seen = 0, 0.0, np.zeros(4), []  # of the level: groups, groups · x, variance within, its freedom
    for i in np.flatnonzero(np.isfinite(x) & (se >= 0) & (df > 0)):
        found, w = 0.0, df[i] + 1
        if n >= 2:
            within = (sums[2] + df[i] * w * se[i] ** 2) / (sums[3] + df[i])
            level, error = sums[1] / sums[0], np.sqrt(within * (1 / w + 1 / sums[0]))
            t = (x[i] - level) / max(error, 1e-9 * (abs(x[i]) + abs(level)), sys.float_info.min)
            score = np.copysign(special.ndtri(max(special.stdtr(sums[3] + df[i], -abs(t)), 1e-12)), t)
            scatter = max(1.0, np.median(np.abs(seen)) / 0.6744897501960817) if len(seen) >= 5 else 1.0
            found = np.clip(score / scatter, -4, 4)
            seen.append(score)
        if n >= BASE:
            mean = (1 - KEEP) * mean + KEEP * found
            expected[i], off[i], running[i] = sums[1] / sums[0], found, mean / np.sqrt(KEEP / (2 - KEEP))
            alarm[i] = np.sign(running[i]) if abs(running[i]) > limit else 0
            if alarm[i]:  # a new level is learned
                n, mean, sums, seen = 0, 0.0, np.zeros(4), []
        n += 1
        sums += [w, w * x[i], df[i] * w * se[i] ** 2, df[i]]
    return expected, off, running, alarm


def missing(coverage):
    """Give by week (its Monday) which part of the expected posts lies on days not collected, in 1/10,000."""
    day = coverage["day"].to_numpy().astype("M8[D]").astype(int)
    expected, seen = (coverage[name].to_numpy(zero_copy_only=False).astype(float) for name in ("expected", "seen"))
    weight = np.where(np.isnan(expected), seen, expected)
    lost = np.isin(np.array(coverage["problem"].to_pylist(), dtype=object), ["gap", "outage"])
    weeks, place = np.unique(day - (day + 3) % 7, return_inverse=True)
    total, gone = np.bincount(place, weight), np.bincount(place, weight * lost)
    share = {w: round(1e4 * g / t) if t else 0 for w, g, t in zip(weeks.tolist(), gone, total, strict=True)}
    last = day.max(initial=0)
    return share, last - (last + 4) % 7  # the Sunday on or before the last day


def main(pack):
    """Compare every watched week of the pack; gives the status to end with."""
    manifest, o, coverage, told = opened(pack, "opinions", "coverage", "watched")
    o = {c: o[c].to_numpy() for c in o.column_names}
    o["week"] = o["week"].astype("M8[D]").astype(int)
    o = {c: a[o["aspect"] == 0] for c, a in o.items()}
    (lost, end), agree, again = missing(coverage), 0, {}
    found = machine(o, "week", "posts", len(manifest["brands"]))
    limit = limit_for(told["false_alarm"][0].as_py()) if len(told) else 0.0
    for brand in np.unique(o["brand"]).tolist():
        weeks = np.arange(o["week"][o["brand"] == brand].min(), end, 7)
        at = found["times"].searchsorted(weeks).clip(max=len(found["times"]) - 1)
        there = found["times"][at] == weeks
        gap = np.array([lost.get(week, 0) > 200 for week in weeks.tolist()], dtype=bool)
        use = there & (found["n"][brand, at] >= max(manifest["min_posts"], 2)) & ~gap
        x, se, df = (np.where(use, part[brand, at], np.nan) for part in found["net_index"])
        rows = np.array([x, se, *watched(x, se, df, limit)])
        for i, week in enumerate(weeks.tolist()):
            state = {1.0: "up", -1.0: "down"}.get(rows[5, i], "calm")
            if not np.isfinite(rows[4, i]):
                state = "learning" if se[i] >= 0 else "thin"
            numbers = [round(float(v), 6) + 0.0 if np.isfinite(v) else None for v in rows[:5, i]]
            again[brand, week] = [*numbers, round(limit, 6), "gap" if gap[i] else state]
    days = told["week"].to_numpy().astype("M8[D]").astype(int).tolist()
    names = ("value", "error", "expected", "off", "running", "limit", "state")
    for row, week in zip(told.to_pylist(), days, strict=True):
        agree += again.get((row["brand"], week)) == [row[name] for name in names]
    return ended(manifest, agree, len(told), "watched weeks agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

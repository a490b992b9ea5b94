"""Works out which weeks and rivals of each campaign count, and its placebos: python recompute_placebos.py [PACK].

Lies beside recompute.py, recompute_campaigns.py and recompute_gaps.py, whose functions it uses; ends with 1 when
something differs in six digits. The second opinion: Abadie, Diamond, Hainmueller 2010, with a level of its own (Ferman,
Pinto 2021); its weights by least squares that are not negative (Lawson, Hanson 1974).
"""

import sys
from pathlib import Path

import numpy as np
from recompute import machine
from recompute_campaigns import carried, effect, response
from recompute_files import ended, opened
from recompute_gaps import Forums
from scipy import optimize

BEFORE, STARTS = 26, 12  # weeks before the start that are needed; starts at which nothing began, at most
FEWEST, WINDOW = 19, 8  # placebos in time that an interval needs; weeks on both sides of a step, at most


def lacking(coverage):
    """Give the Mondays of the weeks of which more than a tenth of the expected posts was not collected."""
    day = coverage["day"].to_numpy().astype("M8[D]").astype(int)
    expected, seen = (coverage[name].to_numpy(zero_copy_only=False).astype(float) for name in ("expected", "seen"))
    weight = np.where(np.isnan(expected), seen, expected)
    lost = np.isin(np.array(coverage["problem"].to_pylist(), dtype=object), ["gap", "outage"])
    weeks, place = np.unique(day - (day + 3) % 7, return_inverse=True)  # day 0 was a Thursday
    return weeks[np.bincount(place, weight * lost) > 0.1 * np.bincount(place, weight)]


def counted(row, found, forums, gaps, min_posts):
    """Give the Mondays from the first week to the last, which of them count, and the rivals that are used."""
    brand, asked, times = row["brand"], np.array(row["rivals_asked"], dtype=int), found["times"]
    starts = row["starts_on"]
    spoken = found["n"][[brand, *asked]].sum(axis=0) > 0
    if row["weeks_after"]:
        spoken &= times < starts + 7 * row["weeks_after"]
    weeks = np.arange(times[spoken].min(), times[spoken].max() + 1, 7)
    at = times.searchsorted(weeks)
    mean, se, _ = (np.where(times[at] == weeks, part[:, at], np.nan) for part in found["net_index"])
    read, n = np.isfinite(mean), found["n"][brand, at]
    filled = [forums.index(brand, row["aspect"], (w, w + 6), there)[0] for w, there in zip(weeks, n, strict=True)]
    told = read[brand] & np.isfinite(se[brand]) & (n >= min_posts) & (np.array(filled) <= 0.5)
    usable = told & ~np.isin(weeks, gaps)
    rivals = asked[read[asked][:, usable].sum(axis=1) >= 0.9 * usable.sum()]
    whole = (starts <= weeks) | (weeks + 6 < starts)  # not the week that the start cuts in two
    return weeks, usable & whole & read[rivals].all(axis=0), rivals


def step(y, x, weights, row, window):
    """Give how far y moves away from the mixture of x at a row: the mean gap of the weeks after less those before."""
    gap = y - x @ weights
    return gap[row : row + window].mean() - gap[row - window : row].mean()


def mixed(y, x):
    """Give the weights, none negative and 1 together, that bring x nearest to y, all less their means."""
    scale = x.std() or 1.0
    rows = np.vstack([(x - x.mean(axis=0)) / scale, np.full(x.shape[1], 1e4)])  # the last one holds the sum
    weights = optimize.nnls(rows, np.append((y - y.mean()) / scale, 1e4))[0]
    return weights / weights.sum()


def second(y, x, before, level):
    """Give the step against a mixture of the rivals with its ends, p-value, window, number of placebos and weights."""
    window = max(1, min(WINDOW, len(y) - before, (before - FEWEST + 1) // 2))
    weights, row, placebos = mixed(y[:before], x[:before]), np.arange(before), []
    for i in range(window, before - window + 1):
        some = (row < i) | (row >= i + window)
        placebos.append(step(y, x, mixed(y[:before][some], x[:before][some]), i, window))
    value, sizes, n = step(y, x, weights, before, window), np.sort(np.abs(placebos)), len(placebos)
    rank, half, p_value = int(np.ceil(level * (n + 1))), np.nan, np.nan
    if n >= max(FEWEST, rank):
        half, p_value = sizes[rank - 1], (1 + (sizes >= abs(value)).sum()) / (1 + n)
    return [value, value - half, value + half], p_value, window, n, weights


def six(values):
    """Give the values in six digits, None where there is none."""
    return [round(float(value), 6) if np.isfinite(value) else None for value in values]


def beside(y, every, time, start, level):
    """Give the second opinion, then what the campaigns' method says of other starts (by row) and rivals (by column)."""
    before, weights = (time < start).sum(), np.zeros(every.shape[1])
    moving = np.ptp(every[:before], axis=0) > 0
    x = every[:, moving]
    seen, p_value, window, n, weights[moving] = second(y, x, before, level)
    yield "second", None, seen, (*six([p_value]), window, n, six(weights))
    rows = np.arange(BEFORE, before - 3)
    for i in rows[np.unique(np.linspace(0, rows.size - 1, min(STARTS, rows.size)).astype(int))]:
        moved = np.ptp(x[:i], axis=0) > 0
        if moved.any() and np.ptp(y[:i]) > 0:
            yield "start", i, effect(y[:before], x[:before, moved], np.arange(before) * 1.0, i, level)[:3], (None,) * 4
    for j in np.flatnonzero(moving) if moving.sum() > 1 else ():
        others = moving & (np.arange(len(moving)) != j)
        yield "brand", j, effect(every[:, j], every[:, others], time, start, level)[:3], (None,) * 4


def main(pack):
    """Compare the weeks and rivals of every campaign and all that stands beside it; gives the status to end with."""
    names = ("opinions", "labels", "coverage", "campaigns", "placebos")
    manifest, o, labels, coverage, campaigns, told = opened(pack, *names)
    o, labels = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, labels))
    o["week"] = o["week"].astype("M8[D]").astype(int)
    follows, forums = response(o, labels, manifest["level"]), Forums(coverage, o, manifest["venues"])
    gaps, given, again = lacking(coverage), {}, {}
    as_days = lambda t, column: t[column].cast("int32").to_pylist()  # noqa: E731  # since 1970-01-01
    days = [as_days(campaigns, column) for column in ("starts_on", "first_week")]
    for number, (row, starts, first) in enumerate(zip(campaigns.to_pylist(), *days, strict=True)):
        of = {c: v[o["aspect"] == row["aspect"]] for c, v in o.items()}
        found = machine(of, "week", row["counted"], len(manifest["brands"]))
        weeks, counts, rivals = counted(row | {"starts_on": starts}, found, forums, gaps, manifest["min_posts"])
        time, mondays, rivals = np.flatnonzero(counts), weeks[counts].tolist(), rivals.tolist()
        given[number], again[number] = (first, row["weeks"], row["rivals"]), (weeks[0], time.tolist(), rivals)
        index = found["net_index"][0][:, found["times"].searchsorted(mondays)]
        index, start = np.array([six(brand) for brand in index], dtype=float), (starts - weeks[0]) / 7
        for kind, i, seen, more in beside(index[row["brand"]], index[rivals].T, time * 1.0, start, manifest["level"]):
            key = number, kind, rivals[i] if kind == "brand" else None, mondays[i] if kind == "start" else None
            again[key] = [*six(carried(seen, follows)), *more]  # as people judge
    for row, week in zip(told.to_pylist(), as_days(told, "week"), strict=True):
        given[row["campaign"], row["kind"], row["brand"], week] = list(row.values())[4:]
    agree, n = sum(given.get(key) == value for key, value in again.items()), len(given | again)
    return ended(manifest, agree, n, "placebos and choices of weeks agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

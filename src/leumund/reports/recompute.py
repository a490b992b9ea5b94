"""Works out every figure of an evidence pack anew, from its opinions and labels: python recompute.py [PACK].

Needs pyarrow, numpy, scipy; ends with 1 when a figure differs in six digits. Clusters: Cameron, Gelbach, Miller 2011.
Labels: Angelopoulos, Duchi, Zrnic 2023, carried by a mixed model (Henderson 1975) averaged by REML (Harville 1974).
"""

import os
import sys
from itertools import product
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the matrices are small: threads would mostly wait for each other
import numpy as np
from recompute_files import ended, opened
from scipy import linalg, special, stats

BOUNDS = {"net_index": (-100, 100), "difference": (-200, 200), "share_of_voice": (0, 1)}
# Spreads of the reader's error that are tried, as multiples of one label's noise: between cells, kinds, 13 weeks.
GRID = list(product((0.0, 0.03, 0.07, 0.13, 0.27), (0.01, 0.03, 0.07, 0.15, 0.3), (0.01, 0.025, 0.05, 0.1, 0.2)))


def code(*columns):
    """Give one whole number from 0 for each combination that occurs."""
    return np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].ravel()


def machine(o, period, way, brands):
    """Give, by brand and period, what counting the machine's verdicts gives: mean, error, degrees of freedom."""
    times, start = np.unique(o[period], return_inverse=True)
    unit_of = np.arange(len(start)) if way == "posts" else o[way.removesuffix("s")]
    held, mean, v, df = [code(*cell, unit_of) for cell in ((o["brand"], start), (start,))], {}, {}, {}
    each, named = (10**6 // np.bincount(h)[h] for h in held)  # voices in 1/1,000,000, so that sums are whole numbers
    for kind, columns in (("author", ["author"]), ("thread", ["thread"]), ("both", ["author", "thread"])):
        group = code(start, *(o[column] for column in columns))
        when = np.zeros(group.max() + 1, dtype=np.int64)
        when[group], at = start, o["brand"] * len(when) + group
        fold = lambda rows: np.array([np.bincount(when, row, len(times)) for row in rows])  # noqa: B023, E731  # used in this round only
        sums = [np.bincount(at, x, brands * len(when)).reshape(brands, -1) for x in (each, each * o["y"], named)]
        everybody = np.broadcast_to(sums[2].sum(axis=0), sums[2].shape)
        for measure, n, y, unit in (("net_index", *sums[:2], 1e-8), ("share_of_voice", everybody, sums[2], 1e-6)):
            mean[measure], nn = fold(y) * unit / (fold(n) * 1e-6), fold(n * n)
            off, room = y * (unit * 1e6) - mean[measure][:, when] * n, fold(n) ** 2 - nn
            v[measure, kind] = np.where(fold(n > 0) > 1, fold(off * off) / room, np.nan)
            df[measure] = np.minimum(df.get(measure, np.inf), fold(n) ** 2 / nn)
            if measure == "net_index":
                both = fold(off[:1] * off) / np.sqrt(room[:1] * room)
                v["difference", kind] = v[measure, kind][:1] + v[measure, kind] - 2 * both
    mean["difference"] = mean["net_index"][:1] - mean["net_index"]
    df["difference"] = np.minimum(df["net_index"][:1], df["net_index"])
    for measure in BOUNDS:
        author, thread, both = (v[measure, kind] for kind in ("author", "thread", "both"))
        se = np.sqrt(np.maximum(author + thread - both, np.maximum(author, thread).clip(0)))
        v[measure] = mean[measure], se, np.maximum(0.7 * df[measure] - 1, 1)
    posts = np.bincount(o["brand"] * len(times) + start, minlength=brands * len(times)).reshape(brands, -1)
    return {**v, "times": times, "n": posts}


def carried(said, at, rows, targets):
    """Give the mean error of each target, its error and df; said: errors, weights, step; a place ends with a bridge."""
    (e, w, step), (place, cell), of = said, np.unique(at, axis=0, return_inverse=True), at[:, 0].astype(int)
    groups, (s, s2, se) = np.unique(of), (np.bincount(of, part) for part in (w, w**2, w * e))
    noise = (w @ (e - (se / s)[of]) ** 2 * len(e) / w.sum() + step**2) / (max(len(e) - len(groups), 1) + 1)
    precision, mean = (np.bincount(cell.ravel(), w * (s / s2)[of] * part) for part in (1, e))
    mean, every, came = mean / precision, np.concatenate([place, rows]), np.unique(place[place[:, 4] > 0, 4:], axis=0)
    g, week = (every[:, :1] == groups).astype(float), every[:, 3:4] - every[:, 3].min()
    block = max(4, -(-(week.max() + 1) // 40))
    kinds = np.column_stack([every[:, j : j + 1] == np.unique(every[:, j]) for j in (1, 2)])
    drawn = [kinds, week // block > np.arange(week.max() // block)]
    parts = [g, *(np.column_stack([d, *(g[:, i : i + 1] * d for i in range(len(groups)))]) for d in drawn)]
    design, cells, found = np.column_stack([*parts, every[:, 4:5] == came[:, 0]]), code(rows[:, 0], rows[:, 3]), []
    x, reach_of, wide = design[: len(place)], targets @ design[len(place) :], [len(p.T) for p in parts]
    own = np.array([(np.bincount(cells, share) ** 2).sum() for share in targets])
    for spread, kind, drift in GRID:
        variance = noise * (1 / precision + spread**2)
        prior = np.repeat([0, 1 / (noise * kind**2), 13 / (noise * drift**2 * block)], wide), came[:, 1] ** -2.0
        factor = linalg.cholesky(x.T @ (x / variance[:, None]) + np.diag(np.concatenate(prior)), lower=True)
        half = linalg.solve_triangular(factor, x.T @ (mean / variance), lower=True)
        fit = half @ half + np.log(prior[0][wide[0] :]).sum() - np.log(variance).sum() - mean @ (mean / variance)
        reach = linalg.solve_triangular(factor, reach_of.T, lower=True)
        predicted = reach.T @ half, (reach**2).sum(axis=0) + noise * spread**2 * own
        found.append((fit / 2 - np.log(np.diag(factor)).sum(), *predicted))
    chance, values, variances = (np.array(part) for part in zip(*found, strict=True))
    chance = special.softmax(np.where(chance < chance.max() + np.log(1e-4), -np.inf, chance))
    error = np.sqrt(chance @ (variances + (values - chance @ values) ** 2))
    return chance @ values, error, max(precision.sum() - len(groups), 1)


def main(pack):
    """Compare every figure of the pack; gives the status to end with."""
    manifest, o, labels, gaps, figures = opened(pack, "opinions", "labels", "gaps", "figures")
    gaps = {tuple(row.values())[:5]: tuple(row.values())[5:] for row in gaps.to_pylist()}
    o, labels = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, labels))
    o |= {c: o[c].astype("M8[D]").astype(int) for c in ("week", "month", "quarter", "all")}
    at, w, label, n_brands = labels["opinion"], labels["weight"], labels["label_y"] / 100, len(manifest["brands"])
    y, whole, power, error, done, agree = o["y"][at] / 100, o["aspect"][at] == 0, 1.0, {}, {}, 0
    if whole.sum() >= 20 and np.ptp(y[whole]):
        varies, together = np.cov(y[whole], label[whole], aweights=w[whole])[0]
        power = float(np.clip(together / varies, 0, 3))
    proven = np.bincount(o["brand"][at][whole], minlength=n_brands) >= 20
    cells = code(*(o[c] for c in ("brand", "venue", "aspect", "week", "month", "all")))
    _, first, n = np.unique(cells, return_index=True, return_counts=True)
    figures = figures.append_column("start", figures["period_start"].cast("int32")).to_pylist()
    figures = [(row, tuple(row[c] for c in ("brand", "rival", "aspect", "period", "start"))) for row in figures]
    for plain in (True, False):
        some, targets = whole == plain if (whole == plain).sum() > 1 else whole, []
        used = proven[o["brand"][first]] & ((o["aspect"][first] == 0) == plain)
        often = np.bincount(o["venue"][at][some], minlength=len(manifest["venues"]))
        known = np.argsort(np.argsort(-often, kind="stable")) < np.minimum(30, (often > 0).sum())
        venue, rows = np.where(known[o["venue"]], o["venue"], -1), {c: v[first[used]] for c, v in o.items()}
        places = np.column_stack([o["brand"], venue, o["aspect"], o["week"] // 7, np.zeros((len(venue), 2))])
        lies = np.column_stack([places[at, :4], labels["bridge"], labels["bridge_se"]])[some]
        keys = dict.fromkeys(key for _, key in figures if (key[2] == 0) == plain and proven[[*key[:2]]].all())
        for own, rival, aspect, period, start in keys:
            of_all = (rows["aspect"] == aspect) & (rows[period] == start)
            sides = [n[used] * of_all * (rows["brand"] == brand) for brand in (own, rival)]
            targets.append(sides[0] / sides[0].sum() - (own != rival) * sides[1] / sides[1].sum())
        if targets:
            got = carried(((label - power * y)[some], w[some], 100), lies, places[first[used]], np.array(targets))
            error |= {key: (got[0][i], got[1][i], got[2]) for i, key in enumerate(keys)}
    for row, (own, rival, aspect, period, start) in figures:
        if (cell := (aspect, period, row["counted"])) not in done:
            done[cell] = machine({c: v[o["aspect"] == aspect] for c, v in o.items()}, *cell[1:], n_brands)
        found, plain = done[cell], row["measure"] == "share_of_voice"
        worth, shift = (1, (0, 0, 1)) if plain else (power, error.get((own, rival, aspect, period, start), (0, 0, 1)))
        time = found["times"].searchsorted(start)
        mean, se, df = (float(part[rival, time]) for part in found[row["measure"]])
        of, sides = row["measure"] if plain else "net_index", [own] if own == rival else [own, rival]
        holes = [gaps.get((of, b, aspect, period, row["period_start"]), (0, 0, 0)) for b in sides]
        filled = [(1 - s) * found[of][0][b, time] + s * usual for b, (s, usual, _) in zip(sides, holes, strict=True)]
        se2 = ((1 - holes[0][0] if own == rival else 1) * se) ** 2 + sum((s * e) ** 2 for s, _, e in holes)
        variance, freedom = worth**2 * se2 + shift[1] ** 2, worth**4 * se2**2 / df + shift[1] ** 4 / shift[2]
        middle = worth * (filled[0] - sum(filled[1:])) + shift[0]
        tail = (1 - manifest["level"]) / 2 / (n_brands - 1 if own != rival else 1)
        half = np.sqrt(variance) * stats.t.ppf(1 - tail, variance**2 / freedom if freedom > 0 else np.inf)
        held = found["n"][own, time] >= manifest["min_posts"] and max(s for s, _, _ in holes) <= 0.5
        ends = [np.clip(middle + d, *BOUNDS[row["measure"]]) for d in (0, -half, half)]
        again = [*(round(float(end), 6) if held and half >= 0 else None for end in ends), round(mean, 6)]
        agree += again == [row[column] for column in ("value", "low", "high", "machine_value")]
    return ended(manifest, agree, len(figures), "figures agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

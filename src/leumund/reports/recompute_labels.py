"""Works out for how many opinions each label of a pack stands, and the bridges between guidelines that some came by.

python recompute_labels.py [PACK]; needs pyarrow, numpy, scipy; ends with 1 when a row differs in six digits.
Draws: Raj 1956. Bridges: Cameron, Gelbach, Miller 2011. Spread between brands: DerSimonian and Laird 1986.
"""

import sys
from pathlib import Path

import numpy as np
from recompute_files import ended, opened
from scipy import stats

STEPS = {"net_index": (0.01, 100.0), "negative": (1e-4, 1.0), "neutral": (1e-4, 1.0), "positive": (1e-4, 1.0)}


def weights(v, plans):
    """Give for how many opinions of its brand each verdict stands, all draws together; plans by draw and brand."""
    (until, week, handed), of, brand, p = plans, v["plan"], v["brand"], v["inclusion_probability"]
    came, draws, row = np.zeros(handed.shape), np.arange(len(until)), np.arange(len(of))
    np.add.at(came, (of, brand), 1)
    handed = np.maximum(handed, came)[of, brand]
    age = np.floor(2 * np.log2(np.maximum((week - v["week"][:, None]) // 7, 0) + 1)).astype(int)
    behind, itself, size = handed / p, age == age[row, of][:, None], age.max(initial=0) + 1
    n, opinions = (np.bincount(age[row, of], part, size) for part in (np.ones(len(of)), behind))
    chance = (n[age] - itself + 1) / (opinions[age] - itself * behind[:, None] + behind.mean())
    share = ((v["collected"][:, None] <= until) | (draws >= of[:, None])) * came.T[brand] * chance
    later = np.where(draws > of[:, None], share, 0).sum(axis=1)
    return handed / came[of, brand] * (share[row, of] / p + later) / share.sum(axis=1)


def difference(old, new, w, author, thread):
    """Give the mean of new minus old, its error by author and thread, and degrees of freedom."""
    value, nn, variance = w @ (new - old) / w.sum(), [], []
    for group in (author, thread, np.unique([author, thread], axis=1, return_inverse=True)[1].ravel()):
        off, n = (np.bincount(group, part) for part in (w * (new - old - value), w))
        nn.append(n @ n)
        variance.append((off @ off) / (w.sum() ** 2 - nn[-1]) if (n > 0).sum() > 1 else np.nan)
    larger = max(variance[0], variance[1], 0.0)
    return (
        value,
        np.sqrt(max(variance[0] + variance[1] - variance[2], larger)),
        max(0.7 * w.sum() ** 2 / max(nn) - 1, 1),
    )


def spread(told):
    """Give how far the brands' bridges differ beyond chance, as a standard deviation."""
    value, se = (np.array(part) for part in zip(*told, strict=True)) if told else (np.zeros(0), np.zeros(0))
    value, w = value[se > 0], 1 / se[se > 0] ** 2
    if len(w) < 3:
        return 0.0
    excess = w @ (value - w @ value / w.sum()) ** 2 - (len(w) - 1)
    return np.sqrt(max(excess / (w.sum() - w @ w / w.sum()), 0.0))


def bridge(both, measure, level):
    """Give value, ends, error, degrees of freedom and spread of a bridge; None for all with fewer than 30 posts."""
    unit, step = STEPS[measure]
    old, new = (both[side][measure] * unit for side in ("old", "new"))
    told = lambda some: difference(*(a[some] for a in (old, new, both["w"], both["author"], both["thread"])))  # noqa: E731  # short
    value, se, df = told(np.ones(len(old), dtype=bool)) if len(old) >= 30 else (np.nan, np.nan, 1)
    if not np.isfinite(se):
        return [None] * 6
    brands = [told(both["brand"] == b)[:2] for b, n in enumerate(np.bincount(both["brand"])) if n >= 20]
    apart = spread([one for one in brands if np.isfinite(one[1])])
    se = np.sqrt(se**2 + (step / (len(old) + 1)) ** 2 + apart**2)
    half = stats.t.ppf((1 + level) / 2, df) * se
    return [round(float(part), 6) for part in (value, value - half, value + half, se, df, apart)]


def labels_moved(y, w, period, groups, bridge):
    """Give how much higher labels are in period 2 than in period 1 in the same venues; None where it cannot be told."""
    times, (venue, thread) = np.unique(period), groups.T
    design = np.column_stack([period[:, None] == times, venue[:, None] == np.unique(venue)[1:]]).astype(float)
    df, scaled = y.size - np.linalg.matrix_rank(design), design * w[:, None]
    if not {1, 2} <= set(times.tolist()) or df < 1:
        return None
    inverse, last = np.linalg.pinv(design.T @ scaled), len(times)
    off, reach = y - design @ (inverse @ (scaled.T @ y)), scaled @ (inverse[:, last - 1] - inverse[:, last - 2])
    plain, threads = w @ off**2 / w.sum() * (reach @ reach), (np.bincount(thread, reach * off) ** 2).sum()
    came = (np.bincount(bridge[:, 0].astype(int), reach * bridge[:, 1]) ** 2).sum()
    return reach @ y, np.sqrt(max(plain, threads) * y.size / df + came), df


def main(pack):
    """Compare every label and bridge of the pack; gives the status to end with."""
    names = ("opinions", "verdicts", "plans", "bridges", "labels", "judged")
    manifest, o, v, plans, bridges, labels, judged = opened(pack, *names)
    o, v, p = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, v, plans))
    v |= {c: o[c][v["opinion"]] for c in ("brand", "author", "thread", "week")}
    v["week"], p["week"] = (part.astype("M8[D]").astype(int) for part in (v["week"], p["week"]))
    v |= {"net_index": v["label_y"], **{c: v[f"label_{c}"] for c in ("negative", "positive")}}
    v["neutral"] = 10_000 - v["negative"] - v["positive"]
    draws = p["plan"].max(initial=-1) + 1
    until, week, handed = np.zeros(draws), np.zeros(draws, dtype=int), np.zeros((draws, len(manifest["brands"])))
    until[p["plan"]], week[p["plan"]], handed[p["plan"], p["brand"]] = p["until"], p["week"], p["handed"]
    known, own = range(1, len(manifest["guidelines"]) + 1), v["guideline"][v["brand"] == 0]  # the newest guideline is 1
    most = max(known, key=lambda g: (own == g).sum(), default=0)
    followed = next((g for g in known if (own == g).sum() >= 20), most)
    rank = np.select([v["guideline"] == followed, v["guideline"] == 0], [-2, -1], v["guideline"])
    order = np.lexsort([rank, v["opinion"]])
    holds = order[np.unique(v["opinion"][order], return_index=True)[1]]  # of each opinion the verdict that holds
    all_of = {c: a[holds] for c, a in v.items()}
    w, shift, again = weights(all_of, (until, week, handed)), {followed: (0, 0, 0), 0: (0, 0, 0)}, {}
    for g in known:
        if g == followed:
            continue
        sides = [np.flatnonzero(v["guideline"] == one) for one in (g, followed)]
        met, first, second = np.intersect1d(*(v["opinion"][side] for side in sides), return_indices=True)
        old, new = sides[0][first], sides[1][second]
        both = {"old": {c: v[c][old] for c in STEPS}, "new": {c: v[c][new] for c in STEPS}}
        both |= {c: v[c][old] for c in ("brand", "author", "thread")}
        both["w"] = w[np.searchsorted(all_of["opinion"], met)]
        again |= {(g, measure): bridge(both, measure, manifest["level"]) for measure in STEPS}
        if again[g, "net_index"][0] is not None:
            shift[g] = tuple(round(again[g, m][0] / STEPS[m][0]) for m in ("net_index", "negative", "positive"))
    kept = np.isin(all_of["guideline"], list(shift))
    all_of = {c: a[kept] for c, a in all_of.items()}
    moved = np.array([shift[g] for g in all_of["guideline"].tolist()]).reshape(-1, 3).T
    said = [all_of[c] + moved[i] for i, c in enumerate(("label_y", "label_negative", "label_positive"))]
    w = weights(all_of, (until, week, handed))
    whole = {(o["post"][at], o["brand"][at]): i for i, at in enumerate(all_of["opinion"].tolist())}
    ends = ("value", "low", "high", "se", "dof", "spread")
    agree = sum(again[r["guideline"], r["measure"]] == [r[c] for c in ends] for r in bridges.to_pylist())
    for table, columns in ((labels, {"label_y": 0}), (judged, {"negative": 1, "positive": 2})):
        for row in table.to_pylist():
            i = whole.get((o["post"][row["opinion"]], o["brand"][row["opinion"]]))
            same = i is not None and abs(row["weight"] - w[i]) < 1e-6
            agree += same and all(row[c] == said[k][i] for c, k in columns.items())
    n = len(bridges) + len(labels) + len(judged)
    return ended(manifest, agree, n, "labels and bridges agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

"""Works out the shares of blame, neutral and praise of a pack anew: python recompute_polarities.py [PACK].

Lies beside recompute.py, whose estimators it uses; ends with 1 when a share differs in six digits.
"""

import os
import sys
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the matrices are small: threads would mostly wait for each other
import numpy as np
from recompute import carried, code, machine
from recompute_files import ended, opened
from scipy import stats

NAMES = ("negative", "neutral", "positive")


def nearest(shares):
    """Give by column the nearest point with no share below zero and all adding up to one: Held, Wolfe, Crowder 1974."""
    down = -np.sort(-shares, axis=0)
    over = (np.cumsum(down, axis=0) - 1) / np.arange(1, 4)[:, None]
    kept = np.maximum((down > over).sum(axis=0), 1) - 1
    return np.where(np.isnan(shares), np.nan, np.maximum(shares - over[kept, np.arange(shares.shape[1])], 0))


def slope(label, read, w):
    """Give how much one point of the machine is worth: one slope for all three shares, so that they keep their sum."""
    off = [(x - np.average(x, axis=1, weights=w)[:, None]) for x in (label, read)]
    together, varies = (float((w * off[1] * part).sum()) for part in off)
    return float(np.clip(together / varies, 0, 3)) if varies > 0 else 1.0


def errors(o, labels, keys, proven):
    """Give by key the mean of label minus machine with its error and df, carried from the labels of its kind."""
    (at, error, w, bridge), got = labels, np.tile([[0.0], [0.0], [1.0]], len(keys))
    _, first, n = np.unique(o["cell"], return_index=True, return_counts=True)
    for plain in (True, False):
        some = ((o["aspect"][at] == 0) == plain) & proven[o["brand"][at]]
        labelled = set(o["brand"][at][some].tolist())
        mine = [k for k, (side, aspect) in enumerate(keys) if (aspect == 0) == plain and side in labelled]
        if some.sum() < 2 or not mine:
            continue
        often = np.bincount(o["venue"][at][some], minlength=o["venue"].max() + 1)
        known = np.argsort(np.argsort(-often, kind="stable")) < np.minimum(30, (often > 0).sum())
        venue = np.where(known[o["venue"]], o["venue"], -1)
        places = np.column_stack([o["brand"], venue, o["aspect"], o["week"] // 7, np.zeros((len(venue), 2))])
        lies = np.column_stack([places[at, :4], bridge])[some]
        used = o["inside"][first] & np.isin(o["key"][first], mine)
        counts = [n[used] * (o["key"][first[used]] == k) for k in mine]
        shares = np.array([count / count.sum() for count in counts])
        value, se, df = carried((error[some], w[some], 1), lies, places[first[used]], shares)
        got[:, mine] = value, se, np.full(len(mine), df)
    return got


def main(pack):
    """Compare every share of the pack; gives the status to end with."""
    manifest, o, judged, gaps, told = opened(pack, "opinions", "judged", "gaps", "polarities")
    o, judged = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, judged))
    o |= {c: o[c].astype("M8[D]").astype(int) for c in ("week", "all")}
    o |= {"brand": (o["brand"] > 0).astype(int), "inside": o["all"] == o["all"].max()}  # 0 own, 1 its rivals together
    o["cell"] = code(o["inside"], o["brand"], o["venue"], o["aspect"], o["week"])
    keys = np.unique(np.column_stack([o["brand"], o["aspect"]])[o["inside"]], axis=0)
    o["key"] = np.full(len(o["y"]), -1)
    for k, (side, aspect) in enumerate(keys):
        o["key"][(o["brand"] == side) & (o["aspect"] == aspect)] = k
    at, w = judged["opinion"], judged["weight"]
    said = [judged[name] / 1e4 for name in ("negative", "positive")]
    label, read = np.array([said[0], 1 - said[0] - said[1], said[1]]), np.array([o[name][at] for name in NAMES]) / 1e4
    whole = o["aspect"][at] == 0
    power = slope(label[:, whole], read[:, whole], w[whole]) if whole.sum() >= 20 else 1.0
    proven = np.bincount(o["brand"][at][whole], minlength=2) >= 20
    lost = {tuple(r[c] for c in ("brand", "aspect")): r for r in gaps.to_pylist() if r["measure"] == "polarity"}
    missing = np.array([[lost.get(tuple(key), {}).get(c, 0.0) for key in keys.tolist()] for c in ("share", "error")])
    posts = np.bincount(o["key"][o["inside"]], minlength=len(keys))
    middle, half, raw = (np.full((3, len(keys)), np.nan) for _ in range(3))
    for i, name in enumerate(NAMES):
        bridge = np.column_stack([judged["bridge"], judged[f"{name}_se"]])
        shift = errors(o, (at, label[i] - power * read[i], w, bridge), keys.tolist(), proven)
        for k, (side, aspect) in enumerate(keys):
            of = o["inside"] & (o["aspect"] == aspect)
            found = machine({c: v[of] for c, v in (o | {"y": o[name]}).items()}, "all", "posts", 2)
            _, se, df = (float(part[side, 0]) for part in found["net_index"])
            raw[i, k] = float(o[name][o["inside"] & (o["key"] == k)].sum()) * 0.0001 / posts[k]  # a whole number's sum
            worth = power if proven[side] else 1.0
            se2 = (worth * se / 100) ** 2 + missing[:, k].prod() ** 2
            variance, freedom = se2 + shift[1, k] ** 2, se2**2 / df + shift[1, k] ** 4 / shift[2, k]
            tail = (1 + manifest["level"]) / 2
            half[i, k] = np.sqrt(variance) * stats.t.ppf(tail, variance**2 / freedom if freedom > 0 else np.inf)
            middle[i, k] = worth * raw[i, k] + shift[0, k]
    moved, place, agree = nearest(middle), {tuple(key): k for k, key in enumerate(keys.tolist())}, 0
    for row in told.to_pylist():
        i, k = NAMES.index(row["polarity"]), place[row["side"], row["aspect"]]
        value, low, high = moved[i, k], middle[i, k] - half[i, k], middle[i, k] + half[i, k]
        held = posts[k] >= manifest["min_posts"] and half[i, k] >= 0 and missing[0, k] <= 0.5
        ends = (value, max(0, min(value, low)), min(1, max(value, high)))
        again = [*(round(float(end), 6) if held else None for end in ends), round(float(raw[i, k]), 6)]
        agree += again == [row[column] for column in ("value", "low", "high", "machine_value")]
    return ended(manifest, agree, len(told), "shares agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

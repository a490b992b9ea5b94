"""Works out anew what changed between two periods and what it is made of: python recompute_changes.py [PACK].

Lies beside the other scripts, whose estimators it uses; ends with 1 when a part or a verdict differs. Split: Shapley
1953; labels of both periods: Liang, Zeger 1986, weighed against the machine: Aitken 1935; df: Satterthwaite 1946.
"""

import os
import sys
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the matrices are small: threads would mostly wait for each other
import numpy as np
from recompute import carried, code
from recompute_campaigns import response
from recompute_drivers import around, compared, filled, lent, part, same, sides, tally, told, voices, worth
from recompute_files import ended, opened
from recompute_labels import labels_moved
from recompute_spans import few, folded
from scipy import stats

UNKNOWN = 0.0, 0.0, np.inf  # value, error, degrees of freedom
PARTS = {"venues": "wur", "authors": "uwr", "opinion": "rwu"}  # w: shares of venues, u: of authors in them, r: rates


def three(p):
    """Give each part of a change with what every row adds to it; nothing where all venues are too small to tell."""
    small, heavy = few(p, p["venue"]).any(axis=0), np.bincount(p["author"])[p["author"]] >= 4
    outer = code(np.where(small[p["venue"]], -1, p["venue"]))
    cell, side = folded(p, outer, heavy), p["side"]
    of = outer[np.unique(cell, return_index=True)[1]]  # the larger group of each cell
    big, n, rates, found = tally(p, outer, "n"), tally(p, cell, "n"), around(p, cell, p["y"]), {}
    shares = (big / big.sum(axis=1, keepdims=True))[:, of]
    factor = {"w": shares, "u": filled(n / big[:, of]), "r": filled(tally(p, cell, "y") / n)}
    for name, order in PARTS.items() if outer.max() > 0 or p["venue"].max() == 0 else ():
        x, a, b = (factor[letter] for letter in order)
        step, weight = x[1] - x[0], (a[0] * b[0] + a[1] * b[1]) / 3 + (a[0] * b[1] + a[1] * b[0]) / 6
        of_ab = (step * (c / 3 + c[::-1] / 6) for c in (b, a))
        by = dict(zip(order, (np.array([-weight, weight]), *of_ab), strict=True))
        w, u = np.array([np.bincount(of, d) for d in by["w"]])[side, outer], lent(by["u"], big[:, of])[side, cell]
        score = around(p, 0 * outer, w) + around(p, outer, u, caution=False) + lent(by["r"], n)[side, cell] * rates
        found[name] = np.array([step @ weight, *score])
    return found | {"total": sum(found.values())} if found else {}


def together(*parts, both=0.0):
    """Give the sum of parts with its error, put together from theirs; `both` is what two of them share."""
    values, errors, df = np.array(parts).T
    variance, over = max((errors**2).sum() + both, 0.0), (errors**4 / df).sum()
    return values.sum(), np.sqrt(variance), min(max(variance**2 / over, 1), 1e6) if over > 0 else 1e6


def movement(machine, drift, follows, labels, shared):
    """Give how far opinions moved, and how far beyond what the machine shows."""
    (m, m_se, m_df), (slope, off, slope_df), (value, se, df) = machine, follows or (np.inf, 0, 1), labels or UNKNOWN
    through = (m - drift[0]) / slope
    of = [(m_se / slope, m_df), (drift[1] / slope, drift[2]), (abs(through) * off / slope, slope_df)]
    room = sum(error**2 for error, _ in of) + se**2 - 2 * shared
    share = 1.0 if not labels else 0.0 if not follows else np.clip((se**2 - shared) / room, 0, 1) if room > 0 else 0.5
    said = [(0, (1 - share) * se, df), *((0, share * error, freedom) for error, freedom in of[1:])]
    middle, left = share * through + (1 - share) * value, abs(share / slope - 1) * m_se
    beyond = 2 * (share - slope) * (1 - share) * shared if follows else 0.0
    opinion = together((middle, share * of[0][0], m_df), *said, both=2 * share * (1 - share) * shared)
    return opinion, together((middle - m, left, m_df), *said, both=beyond)


def carried_to(o, judged, asked, within):
    """Give an error of the reader, carried from all labels: in the change of the venues' shares, or within them."""
    at, w, errors, step, *bridge = judged
    often, targets = np.bincount(o["venue"][at], minlength=o["venue"].max() + 1), []
    known = np.argsort(np.argsort(-often, kind="stable")) < np.minimum(30, (often > 0).sum())
    venue, week = np.where(known[o["venue"]], o["venue"], -1), o["week"].astype(int) // 7
    places = np.column_stack([o["brand"], venue, 0 * venue, week, np.zeros((len(venue), 2))])
    lies = np.column_stack([places[at, :4], *bridge])
    rows, cell = np.unique(places[np.concatenate([p["at"] for p in asked])], axis=0, return_inverse=True)
    for p, of in zip(asked, np.split(cell.ravel(), np.cumsum([len(p["at"]) for p in asked])[:-1]), strict=True):
        n = tally(p, p["venue"], "n")
        share, alone = n / n.sum(axis=1, keepdims=True), n[::-1] == 0  # a silent side takes the other's error
        weight = share.sum(axis=0) * ~alone * [[-1], [1]] if within else (share[1] - share[0]) * (1 + alone)
        targets.append(np.bincount(of, (weight / 2 / n)[p["side"], p["venue"]], len(rows)))
    return zip(*np.broadcast_arrays(*carried((errors, w, step), lies, rows, np.array(targets))), strict=True)


def main(pack):
    """Compare every part of every change; gives the status to end with."""
    manifest, o, labels, changes = opened(pack, "opinions", "labels", "changes")
    o, labels = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, labels))
    power, follows, rows, agree = worth(o, labels), response(o, labels, 0.95), changes.to_pylist(), 0
    whole = o["aspect"][labels["opinion"]] == 0
    at, w, label, *bridge = (labels[c][whole] for c in ("opinion", "weight", "label_y", "bridge", "bridge_se"))
    label, read = label / 100, power * o["y"][at] / 100
    if follows:
        slope, low, df = power * follows[0], power * follows[1], max(len(np.unique(o["thread"][at])) - 2, 1)
        follows = (slope, (slope - low) / stats.t.ppf(0.975, df), df) if low > 0 else None
    enough, rivals = np.bincount(o["brand"][at], minlength=len(manifest["brands"])) >= 20, len(manifest["brands"]) - 1
    asked = {row["figure_id"]: (row, voices(o, *compared(o, row))) for row in rows if row["part"] == "total"}
    known = {k: p for k, (row, p) in asked.items() if enough[row["brand"]] and len(set(p["side"].tolist())) == 2}
    errors, carry = [label - read, *([read - follows[0] * label] if follows else [])], [{}, {}]
    for n, error in enumerate(errors if known else []):
        unit = follows[0] if n else 1
        judged = at, w, error, 100 * unit, bridge[0], bridge[1] * unit
        carry[n] = dict(zip(known, carried_to(o, judged, list(known.values()), within=n), strict=True))
    for key, (row, p) in asked.items():
        n, period, mine = np.bincount(p["side"], minlength=2), sides(o, row)[at], o["brand"][at] == row["brand"]
        groups, came = np.column_stack([o["venue"][at], o["thread"][at]]), np.column_stack(bridge)
        said = (label, w, period, groups, came) if enough[row["brand"]] else None
        lately = labels_moved(*(column[mine] for column in said)) if said else None
        proven, parts = said and (lately or follows), {}
        for name, made in three(p).items() if n.min() >= max(manifest["min_posts"], 1) else ():
            parts[name] = part(p, power * made[0], power * made[1:])
        parts = parts | {"reader": UNKNOWN} if parts and parts["total"][2] > 0 else {}
        if parts and proven:
            off, shared = carry[0][key], np.cov(label[mine], aweights=w[mine]) * (1 / n).sum() if lately else 0.0
            who, more = (
                movement(parts["authors"], UNKNOWN, follows, None, 0.0) if follows else (parts["authors"], UNKNOWN)
            )
            lately = (lately[0] - who[0], np.hypot(lately[1], who[1]), lately[2]) if lately else None
            moved, beyond = movement(parts["opinion"], carry[1].get(key, UNKNOWN), follows, lately, shared)
            mix, rest = together(parts["venues"], off), together(more, off) if follows else off
            reader = together((-beyond[0], *beyond[1:]), (-rest[0], *rest[1:]))
            parts |= {"opinion": moved, "venues": mix, "authors": who, "reader": reader}
        level = 1 - (1 - manifest["level"]) / (rivals if row["brand"] else 1)
        found = {name: told(of, level) for name, of in parts.items()}
        opinion, total, reader, *mix = (found[n][3] if found else "" for n in ("opinion", "total", "reader", *PARTS))
        why = "mix_only" if total in mix else "reader_only" if total == reader else ""
        can = opinion or (total and why) or "no_change_shown"
        can = "gap" if row["missing"] > 1000 else "too_few" if not parts else can if proven else "unproven"
        for line in (line for line in rows if (line["brand"], line["span"]) == (row["brand"], row["span"])):
            value, low, high = found[line["part"]][:3] if can not in ("gap", "too_few") else [np.nan] * 3
            again = {"value": value, "low": np.maximum(low, -200), "high": np.minimum(high, 200)}
            agree += line["verdict"] == can and same(line, again | {"n_before": n[0], "n_after": n[1]})
    return ended(manifest, agree, len(rows), "parts of changes agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))

"""Arrays in; value, low, high, n and method out. This room knows no forum."""

from leumund.estimates.agreement import alpha
from leumund.estimates.always import follow_share
from leumund.estimates.bridge import estimate_bridge, onto_new_scale, spread_of_bridges
from leumund.estimates.campaign import FEWEST_WEEKS_BEFORE, estimate_effect
from leumund.estimates.change import Part, Rows, split_by_group, split_in_three
from leumund.estimates.clustered import Cross, Groups, Sums, difference_from_sums, ratio_from_sums
from leumund.estimates.correction import correct_with_labels
from leumund.estimates.difference import compare_brands
from leumund.estimates.estimated import (
    Cells,
    Estimated,
    EstimatedDifference,
    EstimatedEffect,
    Placebo,
    SyntheticEffect,
)
from leumund.estimates.movement import Movement, estimate_movement, label_movement
from leumund.estimates.pooling import LabelledErrors, Mixtures, Places, Pooled, pool_errors
from leumund.estimates.response import carry_effect, estimate_response
from leumund.estimates.scales import Scales
from leumund.estimates.share import estimate_net, estimate_share
from leumund.estimates.split import Split, split_change
from leumund.estimates.synthetic import estimate_synthetic, placebo_brands, placebo_starts
from leumund.estimates.watch import FALSE_ALARM, Watched, limit_for, watch_weeks

__all__ = [
    "FALSE_ALARM",
    "FEWEST_WEEKS_BEFORE",
    "Cells",
    "Cross",
    "Estimated",
    "EstimatedDifference",
    "EstimatedEffect",
    "Groups",
    "LabelledErrors",
    "Mixtures",
    "Movement",
    "Part",
    "Placebo",
    "Places",
    "Pooled",
    "Rows",
    "Scales",
    "Split",
    "Sums",
    "SyntheticEffect",
    "Watched",
    "alpha",
    "carry_effect",
    "compare_brands",
    "correct_with_labels",
    "difference_from_sums",
    "estimate_bridge",
    "estimate_effect",
    "estimate_movement",
    "estimate_net",
    "estimate_response",
    "estimate_share",
    "estimate_synthetic",
    "follow_share",
    "label_movement",
    "limit_for",
    "onto_new_scale",
    "placebo_brands",
    "placebo_starts",
    "pool_errors",
    "ratio_from_sums",
    "split_by_group",
    "split_change",
    "split_in_three",
    "spread_of_bridges",
    "watch_weeks",
]

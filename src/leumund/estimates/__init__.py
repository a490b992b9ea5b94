"""Arrays in; value, low, high, n and method out. This room knows no forum."""

from leumund.estimates.clustered import Cross, Groups, Sums, difference_from_sums, ratio_from_sums
from leumund.estimates.correction import correct_with_labels
from leumund.estimates.estimated import Cells, Estimated, EstimatedDifference, EstimatedEffect

__all__ = [
    "Cells",
    "Cross",
    "Estimated",
    "EstimatedDifference",
    "EstimatedEffect",
    "Groups",
    "Sums",
    "correct_with_labels",
    "difference_from_sums",
    "ratio_from_sums",
]

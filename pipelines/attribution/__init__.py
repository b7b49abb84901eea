"""Attribution that SQL states badly: removal effects of Markov chains, and Shapley values.

Both start from small aggregates that SQL makes of the touch sequence (`int_attribution__steps`,
`int_attribution__coalitions`) and give back one row per channel or per set of channels.
"""

from pipelines.attribution.markov import RemovalEffects, Steps, removal_effects
from pipelines.attribution.shapley import Coalitions, Shares, rate_shares

__all__ = [
    "Coalitions",
    "RemovalEffects",
    "Shares",
    "Steps",
    "rate_shares",
    "removal_effects",
]

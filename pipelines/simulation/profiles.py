"""How customers of the four industry profiles behave (`seeds/industry_profiles.csv`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Parameters of one industry profile.

    ``buyer_share`` of the people ever order; ``loyal_share`` of those come back, on average every
    ``rhythm_days``; between the first contact and the first order lie ``decision_days`` on average.
    ``store_share`` of the orders are rung up in a store. ``season`` has a weight
    per month; ``peak_strength`` is the exponent on the shopping festivals. ``lead_share`` of the
    people leave a lead, ``visit_share`` visit a store without buying.
    """

    number: int
    buyer_share: float
    loyal_share: float
    rhythm_days: float
    decision_days: float
    store_share: float
    price_factor: float
    season: tuple[float, ...]
    weekend_factor: float
    peak_strength: float
    lead_share: float
    visit_share: float

    @property
    def orders_per_year(self) -> float:
        """Mean orders of a buyer in a year."""
        return 1 + self.loyal_share * 365 / self.rhythm_days


PROFILES = {
    profile.number: profile
    for profile in (
        Profile(
            number=1,
            buyer_share=0.66,
            loyal_share=0.6,
            rhythm_days=34,
            decision_days=4,
            store_share=0.16,
            price_factor=1.0,
            season=(0.9, 0.8, 1.1, 1.0, 1.1, 1.2, 0.9, 1.0, 1.0, 1.1, 1.3, 1.1),
            weekend_factor=1.25,
            peak_strength=1.0,
            lead_share=0.02,
            visit_share=0.05,
        ),
        Profile(
            number=2,
            buyer_share=0.7,
            loyal_share=0.65,
            rhythm_days=24,
            decision_days=3,
            store_share=0.76,
            price_factor=0.6,
            season=(1.1, 1.2, 0.9, 1.0, 1.1, 1.0, 1.2, 1.2, 1.0, 1.1, 0.9, 1.0),
            weekend_factor=1.7,
            peak_strength=0.3,
            lead_share=0.05,
            visit_share=0.2,
        ),
        Profile(
            number=3,
            buyer_share=0.42,
            loyal_share=0.35,
            rhythm_days=260,
            decision_days=14,
            store_share=0.18,
            price_factor=14.0,
            season=(1.0, 0.8, 0.9, 0.9, 1.0, 1.3, 0.9, 0.9, 1.1, 1.1, 1.5, 1.1),
            weekend_factor=1.1,
            peak_strength=1.2,
            lead_share=0.08,
            visit_share=0.06,
        ),
        Profile(
            number=4,
            buyer_share=0.12,
            loyal_share=0.1,
            rhythm_days=1400,
            decision_days=40,
            store_share=0.86,
            price_factor=90.0,
            season=(0.7, 0.6, 1.2, 1.1, 1.2, 1.0, 0.8, 0.8, 1.2, 1.3, 1.2, 1.1),
            weekend_factor=2.0,
            peak_strength=0.4,
            lead_share=0.35,
            visit_share=0.3,
        ),
    )
}
"""The four profiles by number."""

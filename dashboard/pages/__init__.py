"""The pages, in the order of the menu."""

from dashboard.figures import Page
from dashboard.pages import (
    acquisition,
    aipl,
    attribution,
    cohorts,
    data_health,
    products,
    repurchase,
    scorecard,
    segments,
)

PAGES: tuple[Page, ...] = (
    scorecard.PAGE,
    aipl.PAGE,
    cohorts.PAGE,
    repurchase.PAGE,
    segments.PAGE,
    products.PAGE,
    attribution.PAGE,
    acquisition.PAGE,
    data_health.PAGE,
)

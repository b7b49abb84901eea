"""The pages, in the order of the menu."""

from dashboard.figures import Page
from dashboard.pages import (
    aipl,
    attribution,
    cohorts,
    data_health,
    guides,
    private_domain,
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
    private_domain.PAGE,
    guides.PAGE,
    data_health.PAGE,
)

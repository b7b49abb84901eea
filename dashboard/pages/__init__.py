"""The pages, in the order of the menu."""

from dashboard.figures import Page
from dashboard.pages import (
    acquisition,
    aipl,
    attribution,
    cohorts,
    data_health,
    guides,
    outreach,
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
    outreach.PAGE,
    acquisition.PAGE,
    private_domain.PAGE,
    guides.PAGE,
    data_health.PAGE,
)

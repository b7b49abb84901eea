"""The pages, in the order of the menu."""

from dashboard.figures import Page
from dashboard.pages.scorecard import PAGE as SCORECARD

PAGES: tuple[Page, ...] = (SCORECARD,)

"""A small brand with known truth that writes raw exports in the platforms' own formats."""

from pipelines.simulation.demo.brand import write_demo_brand
from pipelines.simulation.demo.truth import DemoBrand, PlatformTotals

__all__ = ["DemoBrand", "PlatformTotals", "write_demo_brand"]

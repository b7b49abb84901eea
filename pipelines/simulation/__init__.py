"""A brand with known truth that writes raw exports in the platforms' own formats.

>>> brand = simulate_brand(Path("out/landing"), Path("out/truth"), customers=1_000, days=60)
>>> brand.truth.orders  # what the warehouse must find
"""

from pipelines.simulation.brand import Brand, SimulationError, simulate_brand
from pipelines.simulation.truth import Truth

__all__ = ["Brand", "SimulationError", "Truth", "simulate_brand"]

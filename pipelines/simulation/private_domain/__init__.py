"""The private domain of the simulated brand: WeCom, groups, followers, cards, outreach, visits."""

from pipelines.simulation.private_domain.parts import write

__all__ = ["write"]

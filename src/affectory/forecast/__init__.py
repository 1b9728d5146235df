"""What will be felt: methods that continue a trajectory, with a fan of how sure they are."""

__all__ = ["PopulationForecast", "StatesForecast"]

from affectory.forecast.population import PopulationForecast
from affectory.forecast.states import StatesForecast

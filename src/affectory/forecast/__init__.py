"""What will be felt: methods that continue a trajectory, with a fan of how sure they are."""

__all__ = ["StatesForecast"]

from affectory.forecast.states import StatesForecast

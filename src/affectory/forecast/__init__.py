"""What will be felt: methods that continue a trajectory, with a fan of how sure they are."""

__all__ = [
    "EigenForecast",
    "LifeOutcomes",
    "PersonalityTransition",
    "PopulationForecast",
    "RegionWalks",
    "StatesForecast",
]

from affectory.forecast.eigen import EigenForecast
from affectory.forecast.lives import LifeOutcomes
from affectory.forecast.population import PopulationForecast
from affectory.forecast.regions import RegionWalks
from affectory.forecast.states import StatesForecast
from affectory.forecast.transition import PersonalityTransition

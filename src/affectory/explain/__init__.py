"""Why a state is claimed: methods that give evidence."""

__all__: list[str] = []

"""Mechanism that several methods share; it knows no emotion."""

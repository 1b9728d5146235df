"""What we claim, and the proof: published protocols, run on the shipped methods."""

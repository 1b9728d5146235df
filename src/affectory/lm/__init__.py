"""The one door to language models: local, remote, scripted; prompts, judges, stages."""

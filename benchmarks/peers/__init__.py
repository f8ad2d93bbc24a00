"""The peers of `bench dispatch`: a Django project as its developer would write it, and a Node script.

They run in an environment of their own (benchmarks/requirements.lock, benchmarks/package.json) and never import ours.
This folder is their top folder: `readers`, `peer_settings` and `run` are found from here.
"""

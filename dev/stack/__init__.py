"""Starts and stops what the extension needs to run: `python3 -m dev.stack help`."""

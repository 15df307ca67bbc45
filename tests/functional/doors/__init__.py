"""One promise, every door: README.md lists the doors and what is shown of each."""

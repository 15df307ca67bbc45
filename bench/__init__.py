"""How fast a portal with the plugin is beside the same portal without it: see README.md."""

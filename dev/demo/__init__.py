"""A demo portal: an invented country response with its organisations, people, datasets and files.

The country, its places and every person are invented. The country lies in the open Atlantic,
telephone numbers use a country code that belongs to nobody (+999), addresses end in `.example`.
"""

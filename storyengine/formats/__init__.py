"""How dates and times are written on every page, by language: with the seconds where a log needs them."""

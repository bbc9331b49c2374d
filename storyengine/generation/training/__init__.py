"""How the box model is made: a story grammar, a corpus drawn from it, and the training run."""

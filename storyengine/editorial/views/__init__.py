"""The desk's pages. Each parses what comes in, calls one verb, and shapes the answer."""

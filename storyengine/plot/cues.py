"""Who a cue names: plot and script agree on it."""


def name_of(cue: str) -> str:
    """Who speaks: the cue without what stands in brackets after it, (V.O.) or (CONT'D)."""
    for opening in ("(", "（"):
        head = cue.split(opening, 1)[0].strip()
        if head:
            cue = head
    return cue.strip().rstrip("^").strip()

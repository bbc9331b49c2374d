"""The loss curve as a small SVG, drawn by hand: no plotting library for one line."""

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 240, 44, 28


def loss_plot(curve: Sequence[tuple[int, float, float]]) -> str:
    """`curve` holds (step, seconds, loss in nats a token); the SVG scales to its largest step and loss."""
    steps = max((step for step, _, _ in curve), default=1)
    top = max((loss for _, _, loss in curve), default=1.0) or 1.0
    points = " ".join(f"{_x(step, steps):.1f},{_y(loss, top):.1f}" for step, _, loss in curve)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{''.join(_grid(top * share / 4, top) for share in range(5))}"
        f'<polyline fill="none" stroke="#b3261e" stroke-width="1.5" points="{points}"/>'
        f'<text x="{LEFT}" y="{HEIGHT - 8}">step 0</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end">step {steps}</text>'
        f'<text x="{WIDTH // 2}" y="14" text-anchor="middle">loss of the answer, nats a token</text></svg>\n'
    )


def _x(step: int, steps: int) -> float:
    return LEFT + (WIDTH - LEFT - 8) * step / max(1, steps)


def _y(loss: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 20) * loss / top


def _grid(loss: float, top: float) -> str:
    y = _y(loss, top)
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{loss:.1f}</text>'
    )

"""What holds on every way to a scene: a must-analysis over the scenes that can lead there. Pure.

What comes into a scene is what all ways bring; what goes out has the scene's own facts added and what they end taken
away, and last what an editor decided there. Only ways from a start count: an orphan that leads into a merge is none.
Sets are whole numbers, a bit for each scene and each state, so that a thousand scenes are folded in a moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storyengine.generation.standing import Claim, Slot, Standing, clash
from storyengine.plot.ways import Ways


@dataclass(frozen=True, slots=True)
class Sure:
    """Scenes that all ways pass, and states that all ways leave as they are."""

    scenes: frozenset[int]
    states: frozenset[Claim]


@dataclass(slots=True)
class _Ledger:
    """A bit for each scene and each state, and who needs what: the states that a slot, filled anew, would end."""

    bits: dict[int | Claim, int] = field(default_factory=dict)
    needs: dict[tuple[str, str], dict[Slot, int]] = field(default_factory=dict)
    ended: dict[Slot, int] = field(default_factory=dict)

    def bit(self, item: int | Claim) -> int:
        return self.bits.setdefault(item, 1 << len(self.bits))

    def enter(self, one: Standing) -> None:
        for slot in one.needs:
            row = self.needs.setdefault((slot.kind, slot.of), {})
            row[slot] = row.get(slot, 0) | self.bit(one.state)

    def ends(self, one: Standing) -> int:
        return _union(self._ends(slot) for slot in one.fills) & ~self.bit(one.state)

    def _ends(self, slot: Slot) -> int:
        if slot not in self.ended:
            row = self.needs.get((slot.kind, slot.of), {})
            self.ended[slot] = _union(mask for need, mask in row.items() if clash(slot, need))
        return self.ended[slot]


def fold(ways: Ways, last: int, own: Mapping[int, Sequence[Standing]], kept: Mapping[int, Sequence[Standing]]) -> Sure:
    """What is sure after the scene `last`, of the facts that each scene has (`own`) and that editors kept there.

    A way that was not followed brings nothing that is known: what it brings may be anything.
    """
    ledger = _Ledger()
    for one in (one for rows in (own, kept) for row in rows.values() for one in row):
        ledger.enter(one)
    changes = {scene: _change(ledger, scene, [*own.get(scene, ()), *kept.get(scene, ())]) for scene in ways.before}
    sure = _settle(ways, changes).get(last, 0)
    items = [item for item, bit in ledger.bits.items() if sure & bit]
    return Sure(
        frozenset(item for item in items if isinstance(item, int)),
        frozenset(item for item in items if not isinstance(item, int)),
    )


def _change(ledger: _Ledger, scene: int, facts: Iterable[Standing]) -> tuple[int, int]:
    """What passing the scene takes away and what it adds, its facts taken in order."""
    taken, added = 0, ledger.bit(scene)
    for one in facts:
        ends = ledger.ends(one)
        taken, added = taken | ends, (added & ~ends) | ledger.bit(one.state)
    return taken, added


def _settle(ways: Ways, changes: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Go through the scenes, earlier ones first, until nothing changes; loops make more than one round of it."""
    order = _in_order(ways)
    fresh = ways.starts | ways.unfollowed  # here a way begins, with nothing
    out: dict[int, int] = {}
    changed = True
    while changed:
        changed = False
        for scene in order:
            brought = [out[source] for source in ways.before[scene] if source in out]
            taken, added = changes[scene]
            now = ((0 if scene in fresh else _common(brought)) & ~taken) | added
            changed = changed or out.get(scene) != now
            out[scene] = now
    return out


def _in_order(ways: Ways) -> list[int]:
    """The scenes that a start leads to, each after those before it, loops apart (a postorder, turned around)."""
    after: dict[int, list[int]] = {}
    for scene, sources in ways.before.items():
        for source in sources:
            after.setdefault(source, []).append(scene)
    order: list[int] = []
    seen: set[int] = set()
    for start in [*ways.unfollowed, *ways.starts]:
        stack = [(start, iter(after.get(start, ())))] if start in ways.before and start not in seen else []
        seen.add(start)
        while stack:
            scene, following = stack[-1]
            further = next((one for one in following if one not in seen), None)
            if further is None:
                order.append(stack.pop()[0])
            else:
                seen.add(further)
                stack.append((further, iter(after.get(further, ()))))
    return order[::-1]


def _common(sets: Sequence[int]) -> int:
    found = sets[0]
    for one in sets[1:]:
        found &= one
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found

"""The plan that a writer makes before the scene: who wants what, the beats, and what changes by the end.

It stands at the head of the answer, so one call plans and then writes what it has planned; the next choices are
settled between the two. Editors see it; the audience never does.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

MOST_WANTS, FEWEST_BEATS, MOST_BEATS = 3, 2, 6
MAX_WANT, MAX_BEAT, MAX_CHANGE = 90, 140, 140


@dataclass(frozen=True, slots=True)
class Want:
    """What one character is after in this scene."""

    who: str
    want: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`beats` are what happens, in order; `change` is what is different afterwards."""

    wants: tuple[Want, ...]
    beats: tuple[str, ...]
    change: str


def plan_schema(names: list[str]) -> dict[str, Any]:
    """The JSON schema of a plan; only `names` may want something, where there are any."""
    want = closed_object({"who": {"enum": names} if names else bounded_text(30), "want": bounded_text(MAX_WANT)})
    return closed_object(
        {
            "wants": {"type": "array", "minItems": 1, "maxItems": MOST_WANTS, "items": want},
            "beats": {
                "type": "array", "minItems": FEWEST_BEATS, "maxItems": MOST_BEATS, "items": bounded_text(MAX_BEAT),
            },
            "change": bounded_text(MAX_CHANGE),
        }
    )  # fmt: skip


def plan_to_json(plan: Plan) -> dict[str, Any]:
    return asdict(plan)


def plan_of(text: str) -> Plan | None:
    """The plan in a model's answer; None where there is none that can be read. A plan is for the editor's eyes,
    so a broken one is no reason to refuse the scene."""
    try:
        data = json.loads(text[text.index("{") : text.rindex("}") + 1])["plan"]
        wants = tuple(Want(str(want["who"]), str(want["want"])) for want in data["wants"])
        return Plan(wants, tuple(str(beat) for beat in data["beats"]), str(data["change"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema: exactly these keys, in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def bounded_text(most: int) -> dict[str, Any]:
    """A JSON schema: text that is not empty, of at most so many characters."""
    return {"type": "string", "minLength": 1, "maxLength": most}

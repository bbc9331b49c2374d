"""What each event changes in a snapshot, which a hub keeps; the page's own model.js follows the same rules."""

from typing import Any

from audience import messages


def apply(state: dict[str, Any], event: dict[str, Any]) -> None:
    """What an event changes in a snapshot; the page's own render.js follows the same rules."""
    poll = state.get("poll")
    match event["type"]:
        case "performance.started":
            state["performance"]["state"] = "live"
        case "performance.ended":
            state["performance"]["state"], state["poll"] = "ended", None
        case "scene.released" if not state["scene"] or event["scene"]["position"] > state["scene"]["position"]:
            state["scene"], state["poll"] = event["scene"], None
            state["comments"], state["reactions"] = [], {}
        case "scene.corrected" if state["scene"] and event["scene"]["position"] == state["scene"]["position"]:
            state["scene"] = event["scene"]
        case "house.changed":
            state["house"] = event["house"]
        case "comment.shown":
            state["comments"] = [*state["comments"], event["comment"]][-messages.MOST_COMMENTS :]
        case "comment.hidden":
            state["comments"] = [one for one in state["comments"] if one["id"] not in event["comments"]]
        case "reactions.counted":
            state["reactions"] = event["counts"]
        case "poll.opened" if not poll or event["poll"]["id"] > poll["id"]:
            state["poll"] = dict(event["poll"])
        case "poll.extended" if poll and poll["id"] == event["poll"]:
            poll["closes_at"] = event["closes_at"]
        case "tally.updated" if poll and poll["id"] == event["poll"] and poll["state"] == "open":
            poll |= {"counts": event["counts"], "voters": event["voters"]}
        case "poll.closed" if poll and poll["id"] == event["poll"]:
            poll |= {name: event[name] for name in messages.RESULT}
            poll["state"] = "closed"
        case "tally.revealed" if poll and poll["id"] == event["poll"]:
            poll |= {name: event[name] for name in ("counts", "voters", "rounds")}
        case "poll.decided" if poll and poll["id"] == event["poll"]:
            poll |= {"winner": event["winner"], "tie": event["tie"]}

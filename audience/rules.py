"""The rules that a house has for its audience: read everywhere, set on the console, told to every page."""

from audience import live, messages
from audience.models import HouseRules
from storyengine.plot.models import Performance


def rules_of(performance: int | Performance) -> HouseRules:
    """The performance's rules; those of a house that set none are the defaults, and no row."""
    pk = performance if isinstance(performance, int) else performance.pk
    return HouseRules.objects.filter(performance_id=pk).first() or HouseRules(performance_id=pk)


def known_rules(performance: Performance) -> HouseRules:
    """The same from a row that was read with `select_related("house_rules")`: no query of its own."""
    return getattr(performance, "house_rules", None) or HouseRules(performance=performance)


def set_rules(rules: HouseRules) -> HouseRules:
    """Store them, and tell the pages that are open. The caller has validated the form that they came from."""
    rules.save()
    live.publish(rules.performance, messages.house_changed(rules))
    return rules

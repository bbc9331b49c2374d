"""For templates: what the log's codes are called."""

from django import template

from storyengine.showrun.log import event_name

register = template.Library()
register.filter("event_name", event_name)

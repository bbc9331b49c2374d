"""How long a performance's polls are open, in seconds, and how long a scene may be asked to be, in words."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

FEWEST_WORDS, MOST_WORDS = 40, 400  # an answer's beats hold about twice as many, and the house reads no longer
WORDS_IN_ORDER = models.CheckConstraint(
    condition=Q(words_min__gte=FEWEST_WORDS, words_max__gte=F("words_min"), words_max__lte=MOST_WORDS),
    name="performance_words_in_order",
    violation_error_message=_("A scene has 40 words at least and 400 at most, and not fewer at most than at least."),
)

LEAST_POLL_S = 5  # a phone needs that much to show the choices and send a ballot
POLL_IS_LONG_ENOUGH = MinValueValidator(LEAST_POLL_S, _("A poll is open for %(limit_value)s seconds at least."))
POLL_LASTS = models.CheckConstraint(condition=Q(poll_seconds__gte=LEAST_POLL_S), name="performance_poll_lasts")

"""Real people's data: addresses, numbers, documents. A number that cannot be one (its check digit fails) is let be."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding, part_texts
from storyengine.editorial.checks.ground import Ground
from storyengine.plot.branch import Branch

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_]\w{2,29}\b")
PHONE = re.compile(r"(?<![\w.,-])\+?\(?\d{1,4}\)?(?:[ .-]?\d){6,13}(?![\w-])")
FICTIONAL = re.compile(
    r"555[ .-]?01\d\d|07700[ .-]?900|01632|020[ .-]?7946[ .-]?0"
)  # ranges that regulators keep for drama
CARD = 16  # digits from which a number is a card's, which has a check digit
SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
CHINESE_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
STREET = re.compile(
    r"\b\d{1,5}[A-Za-z]? (?:[A-Z][\w'’]+ ){1,3}"
    r"(?:Street|St\.|Road|Rd\.|Avenue|Ave\.|Lane|Drive|Boulevard|Square|Close)\b"
)
STREET_ZH = re.compile(r"[\u4e00-\u9fff]{2,8}(?:路|街|大道|胡同|巷)\d{1,5}号")


def check_personal_data(branch: Branch, ground: Ground) -> Iterator[Finding]:
    """One finding a place: what an identity number is made of is not a telephone number as well."""
    for part, index, text in part_texts(branch):
        seen: list[tuple[int, int]] = []
        for expression, why in _kinds():
            for found in expression.finditer(text):
                quote = found.group().rstrip(".,;:!?)")
                start, end = found.start(), found.start() + len(quote)
                if _is_real(expression, quote) and not any(start < b and a < end for a, b in seen):
                    seen.append((start, end))
                    yield Finding("personal_data", part, index, start, end, quote, why, 3)


def _kinds() -> list[tuple[re.Pattern[str], str]]:
    return [
        (EMAIL, _("an e-mail address")), (LINK, _("a web address")), (HANDLE, _("an account’s name")),
        (SSN, _("a social security number")), (CHINESE_ID, _("an identity number")), (IBAN, _("a bank account")),
        (PHONE, _("a telephone or card number")), (STREET, _("a postal address")), (STREET_ZH, _("a postal address")),
    ]  # fmt: skip


def _luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_real(expression: re.Pattern[str], quote: str) -> bool:
    digits = [int(ch) for ch in quote if ch.isdigit()]
    if expression is PHONE:
        return not FICTIONAL.search(quote) and len(set(digits)) > 2 and (len(digits) < CARD or _luhn(digits))
    if expression is CHINESE_ID:
        weights = [2 ** (17 - n) % 11 for n in range(17)]
        rest = sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        return "10X98765432"[rest] == quote[-1].upper()
    if expression is IBAN:
        plain = quote.replace(" ", "")
        return int("".join(str(int(ch, 36)) for ch in plain[4:] + plain[:4])) % 97 == 1
    return True

"""Languages: which one a person reads, its catalogue, and how it writes amounts, dates and rates."""

import gettext
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from api.domain.dates import BUSINESS_UTC_OFFSET
from api.domain.money import Money, currency_decimals
from api.schemas import Total

CATALOGUES = Path(__file__).parent / "locale"
COOKIE = "scf_language"
LANGUAGES = {"en": "English", "zh": "中文"}
_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
_TAGS = {"en": "en", "zh": "zh-Hans"}
_DATES = {"en": "d MMM y", "zh": "y年M月d日"}
_INSTANTS = {"en": "d MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}


def chosen(cookie: str | None, accept_language: str | None) -> str:
    """The language a person chose, else the first its browser names that we have, else English."""
    if cookie in LANGUAGES:
        return cookie
    asked = []
    for part in (accept_language or "")[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    asked.sort(key=lambda found: found[0])
    return next((language for _, language in asked if language in LANGUAGES), "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One language. The catalogues' message ids are the English texts."""

    language: str
    translations: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """As HTML's `lang` has it."""
        return _TAGS[self.language]

    def say(self, message: str, **values: object) -> str:
        """A message in this language, with its values in place."""
        text = self.translations.gettext(message)
        return text % values if values else text

    def several(self, texts: tuple[str, str], count: int) -> str:
        """The one of a text's two forms that goes with so many."""
        return self.translations.ngettext(*texts, count)

    def money(self, value: Money | Total) -> str:
        """ "CNY 988,000.00" in English, "¥988,000.00" in Chinese; other currencies by their code in both."""
        figure = self.figure(Decimal(value.amount), currency_decimals(value.currency))
        if self.language == "zh" and value.currency == "CNY":
            return f"¥{figure}"
        return f"{value.currency} {figure}"

    def figure(self, number: Decimal | int, decimals: int = 0) -> str:
        """A number with its thousands apart."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(number, format=pattern, locale=_LOCALES[self.language])

    def cents(self, minor: int, currency: str) -> str:
        """Minor units as a figure without their currency."""
        decimals = currency_decimals(currency)
        return self.figure(Decimal(minor).scaleb(-decimals), decimals)

    def day(self, day: date) -> str:
        """A business date."""
        return format_date(day, _DATES[self.language], locale=_LOCALES[self.language])

    def month(self, day: date) -> str:
        """A month with its year, short."""
        return format_date(day, "MMM y" if self.language == "en" else "y年M月", locale=_LOCALES[self.language])

    def instant(self, moment: datetime | int) -> str:
        """A moment in Beijing time, by the minute: whoever trades here counts days so (R-44)."""
        at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else moment.astimezone(UTC)
        shifted = (at + BUSINESS_UTC_OFFSET).replace(tzinfo=None)
        return format_datetime(shifted, _INSTANTS[self.language], locale=_LOCALES[self.language])

    def rate(self, ppm: int) -> str:
        """A yearly rate: 48_583 ppm is "4.8583 %" in English and "4.8583%" in Chinese."""
        text = f"{Decimal(ppm) / 10_000:.4f}".rstrip("0")
        text = text + "0" * max(0, 2 - len(text.partition(".")[2]))
        return text + ("%" if self.language == "zh" else " %")

    def days(self, count: int) -> str:
        """So many days, counted right."""
        return self.translations.ngettext("%(num)d day", "%(num)d days", count) % {"num": count}


@cache
def words(language: str) -> Words:
    """A language with its catalogue, read once."""
    path = CATALOGUES / language / "LC_MESSAGES" / "console.po"
    if not path.is_file():
        return Words(language, gettext.NullTranslations())
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(language, gettext.GNUTranslations(compiled))


def days_left(today: date, due: date) -> int:
    """Negative where it is over."""
    return (due - today) // timedelta(days=1)

"""What each kind of organisation finds in its menu: its own work first."""

from dataclasses import dataclass

from api.identity.actor import Actor, Role


def mark(message: str) -> str:
    """A text that is translated where it is shown; named so that the catalogues get it."""
    return message


def marks(one: str, several: str) -> tuple[str, str]:
    """Two texts, of which `Words.several` chooses by how many there are; named so that the catalogues get them."""
    return one, several


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    path: str
    label: str
    icon: str


HOME = Entry("/", mark("Overview"), "home")
INVOICES = Entry("/invoices", mark("Invoices"), "invoice")
PAYABLES = Entry("/payables", mark("Payables"), "payable")
RECEIVABLES = Entry("/receivables", mark("Receivables"), "piece")
FINANCING = Entry("/financing", mark("Financing"), "exchange")
PROGRAMMES = Entry("/programmes", mark("Programmes"), "terms")
PARTICIPANTS = Entry("/participants", mark("Participants"), "people")
KEY_CHANGES = Entry("/key-changes", mark("Changes of keys"), "key")
DEPOSITS = Entry("/deposits", mark("Deposits"), "bank")
CASH = Entry("/cash", mark("Cash"), "cash")
FREEZES = Entry("/freeze-orders", mark("Freeze orders"), "freeze")
PICTURES = Entry("/pictures", mark("Pictures"), "chart")
HOLDS = Entry("/holds", mark("Holds"), "hold")
LATE = Entry("/late", mark("Late"), "late")
OPERATIONS = Entry("/operations", mark("Activity"), "activity")
EVENTS = Entry("/events", mark("Events"), "activity")

_MENUS: dict[Role, tuple[Entry, ...]] = {
    Role.SUPPLIER: (
        HOME,
        INVOICES,
        RECEIVABLES,
        FINANCING,
        CASH,
        PAYABLES,
        PICTURES,
        LATE,
        HOLDS,
        PROGRAMMES,
        FREEZES,
        OPERATIONS,
        PARTICIPANTS,
    ),
    Role.CORE_ENTERPRISE: (
        HOME,
        PAYABLES,
        INVOICES,
        PICTURES,
        LATE,
        HOLDS,
        PROGRAMMES,
        RECEIVABLES,
        CASH,
        OPERATIONS,
        PARTICIPANTS,
    ),
    Role.FINANCIER: (
        HOME,
        FINANCING,
        RECEIVABLES,
        CASH,
        PAYABLES,
        PICTURES,
        LATE,
        HOLDS,
        PROGRAMMES,
        FREEZES,
        OPERATIONS,
        PARTICIPANTS,
    ),
    Role.BANK: (HOME, DEPOSITS, CASH, OPERATIONS, PARTICIPANTS),
    Role.OPERATOR: (HOME, PARTICIPANTS, KEY_CHANGES, LATE, OPERATIONS, PROGRAMMES),
    Role.REGULATOR: (HOME, PAYABLES, PICTURES, EVENTS, PARTICIPANTS, PROGRAMMES),
    Role.COMPLIANCE: (HOME, FREEZES, HOLDS, PAYABLES, PICTURES, EVENTS, OPERATIONS, PARTICIPANTS, PROGRAMMES),
}


def menu(actor: Actor | None) -> tuple[Entry, ...]:
    """Empty where nobody is signed in."""
    return () if actor is None else _MENUS[actor.role]

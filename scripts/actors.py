"""The demo's actors: who they are, and their logins. Made once per data folder."""

import secrets
import string
from dataclasses import asdict, dataclass

from api.identity.actor import Role
from scripts.data_folder import DataFolder, read_json, write_private


@dataclass(frozen=True, slots=True)
class Persona:
    """Who an actor is, whatever network it is on. `custody` own: its key is never on the server."""

    login: str
    name: str
    role: Role
    legal_id: str
    custody: str = "hosted"


PERSONAS = (
    Persona("c", "星河汽车 Xinghe Automotive", Role.CORE_ENTERPRISE, "91310000MA1FL0001R", "own"),
    Persona("s1", "江南轴承 Jiangnan Bearings", Role.SUPPLIER, "91320500MA1N51001W"),
    Persona("s2", "东海铸造 Donghai Castings", Role.SUPPLIER, "91330200MA2G52002J"),
    Persona("s3", "楚天模具 Chutian Tooling", Role.SUPPLIER, "91420100MA4K53003E"),
    Persona("f1", "长城保理 Changcheng Factoring", Role.FINANCIER, "91110000MA01F1001J"),
    Persona("f2", "南海商业银行 Nanhai Commercial Bank", Role.FINANCIER, "91440300MA5DF2002T"),
    Persona("b", "清算银行 Settlement Bank", Role.BANK, "91310000MA1FB00014"),
    Persona("o", "平台运营 Platform Operator", Role.OPERATOR, "91110108MA01P00012"),
    Persona("r", "监管机构 Regulator", Role.REGULATOR, "12100000MB0R000018", "none"),
    Persona("co", "合规监察 Compliance Office", Role.COMPLIANCE, "12100000MB0C00001N"),
    Persona("rival", "竞争车企 Rival Motors", Role.CORE_ENTERPRISE, "91310000MA1FR00099"),
    Persona("outsider", "未入网公司 Not Admitted Ltd", Role.SUPPLIER, "91350200MA2XN0001E"),
)
"""The story's ten, and two who are refused: a rival core enterprise, and a company that was never admitted."""

SECOND_LOGINS = {"o2": "o"}
"""A second person of an actor's organisation, who approves what the first prepared: login → actor."""

SERVICE_KEYS = ("deployer", "relay")
"""Hosted accounts that belong to no organisation: one deploys, one brings signed messages to the chain."""


@dataclass(frozen=True, slots=True)
class DemoActor:
    """An actor as `scf status` shows it."""

    name: str
    role: str
    address: str | None
    login: str
    password: str


def load(folder: DataFolder) -> list[DemoActor]:
    """The actors of this folder; empty where it was made without demo logins."""
    if not folder.actors.exists():
        return []
    return [DemoActor(**row) for row in read_json(folder.actors)]


def save(folder: DataFolder, actors: list[DemoActor]) -> None:
    """Readable by its owner alone: it holds the demo's passwords."""
    write_private(folder.actors, [asdict(actor) for actor in actors])


def new_password() -> str:
    """Easy to copy, hard to guess: 16 letters and digits, 95 bits."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(16))

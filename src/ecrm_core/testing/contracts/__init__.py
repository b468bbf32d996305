"""Contracts: what every storage adapter promises, as tests to inherit.

class TestMine(StoreContract):
    shared = durable = True

    def open_store(self, folder: Path) -> MyStore:
        return MyStore(folder / "shop.db")
"""

import ecrm_core.testing.contracts.asserting  # noqa: F401 - before the modules it is about
from ecrm_core.testing.contracts.asking import Asking
from ecrm_core.testing.contracts.borrowing import BorrowedContract, Host
from ecrm_core.testing.contracts.comparison import Comparing
from ecrm_core.testing.contracts.contract import Contract
from ecrm_core.testing.contracts.expecting import Expecting
from ecrm_core.testing.contracts.finding import Finding
from ecrm_core.testing.contracts.following import Following
from ecrm_core.testing.contracts.paging import Paging
from ecrm_core.testing.contracts.racing import Racing
from ecrm_core.testing.contracts.reading import Reading
from ecrm_core.testing.contracts.report import ContractReport, Outcome, Promise, report
from ecrm_core.testing.contracts.requesting import Requesting
from ecrm_core.testing.contracts.sample import SAMPLE_KINDS
from ecrm_core.testing.contracts.separating import Separating
from ecrm_core.testing.contracts.writing import Writing

__all__ = [
    "SAMPLE_KINDS",
    "BorrowedContract",
    "Contract",
    "ContractReport",
    "Host",
    "Outcome",
    "Promise",
    "StoreContract",
    "report",
]


class StoreContract(
    Reading,
    Finding,
    Asking,
    Paging,
    Writing,
    Expecting,
    Requesting,
    Separating,
    Following,
    Racing,
    Comparing,
):
    """Everything a store promises: inherit it, name the class ``Test...``, write ``open_store``.

    Set ``shared`` if two stores opened in one folder have the same rows, ``durable`` if rows
    outlive ``close`` (then ``open_store`` runs in a second process too and the class has to be
    importable there), ``threads = False`` if a handle is one thread's alone, ``examples`` to the
    number of random histories compared with memory.
    """

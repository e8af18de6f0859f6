"""The tests' own ledger keeps the contract that the outbox relies on."""

from __future__ import annotations

import pytest

from tests.support.ledger import MemoryLedger
from tests.support.ledger_contract import LedgerContract, LedgerUnderTest


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self) -> LedgerUnderTest:
        return MemoryLedger()

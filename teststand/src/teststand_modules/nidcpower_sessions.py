"""The steps for NI-DCPower."""

from __future__ import annotations

from typing import Any

import nidcpower
from ni.measurementlink.sessionmanagement.v1.client import (
    INSTRUMENT_TYPE_NI_DCPOWER,
    SessionInitializationBehavior,
    SingleSessionReservation,
)

from teststand_modules.instruments import InstrumentKind
from teststand_modules.steps import Steps


def _initialize(
    reservation: SingleSessionReservation, behavior: SessionInitializationBehavior
) -> Any:  # noqa: ANN401 - NI's drivers have no types
    return reservation.initialize_nidcpower_session(initialization_behavior=behavior)


STEPS = Steps(
    InstrumentKind("NI-DCPower sessions", _initialize, nidcpower.Error),
    (INSTRUMENT_TYPE_NI_DCPOWER,),
)

"""Records that wait on this machine while their database is away."""

from db_writer.service.spool.delivery import Delivery
from db_writer.service.spool.refused import RefusedRecord
from db_writer.service.spool.spool import Spool
from db_writer.service.spool.spool_file import SpoolFile
from db_writer.service.spool.waiting import WaitingRecord
from db_writer.service.spool.writing import SPOOLED, DirectWriting, SpooledWriting, Writing

__all__ = [
    "SPOOLED",
    "Delivery",
    "DirectWriting",
    "RefusedRecord",
    "Spool",
    "SpoolFile",
    "SpooledWriting",
    "WaitingRecord",
    "Writing",
]

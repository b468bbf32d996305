"""Crm: the facade for shop backends, notebooks and the command line."""

from ecrm_core.crm.cleaning import Cleaned
from ecrm_core.crm.clock import SystemClock
from ecrm_core.crm.dry_run import DryRun
from ecrm_core.crm.facade import Crm
from ecrm_core.crm.judgements import ImportedJudgements
from ecrm_core.crm.mappings import load_mapping, save_mapping
from ecrm_core.crm.privacy import Erasure
from ecrm_core.crm.progress import Progress, progress_bar
from ecrm_core.crm.quality import Replayed
from ecrm_core.crm.receipt import Judged, Receipt, Undo
from ecrm_core.crm.settings import Settings
from ecrm_core.crm.settling import RefusedCard, Settled, SettledMany
from ecrm_core.crm.tables import ExportedTable

__all__ = [
    "Cleaned",
    "Crm",
    "DryRun",
    "Erasure",
    "ExportedTable",
    "ImportedJudgements",
    "Judged",
    "Progress",
    "Receipt",
    "RefusedCard",
    "Replayed",
    "Settings",
    "Settled",
    "SettledMany",
    "SystemClock",
    "Undo",
    "load_mapping",
    "progress_bar",
    "save_mapping",
]

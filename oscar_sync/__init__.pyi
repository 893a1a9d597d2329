from oscar_sync.reconcile.api import apply as apply
from oscar_sync.reconcile.api import drift as drift
from oscar_sync.reconcile.api import plan as plan

__version__: str

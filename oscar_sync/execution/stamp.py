"""Adopt and forget: a PUT that changes nothing but our annotations (safety 3)."""

from oscar_sync.execution.run import FailedError, Run
from oscar_sync.execution.update import put_in_turn, wake_mount
from oscar_sync.model.material import StampMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.semantics.stamp import OWNER


def carry_out_stamp(run: Run, material: StampMaterial) -> ActionResult:
    live = run.check_precondition(material.live, data_is_at_risk=True)
    wake_mount(run)
    stamped = put_in_turn(run, material, live)
    if (OWNER in stamped.annotations) is material.stamp.is_taken_off:
        raise FailedError("the annotations that were read back are not the ones that were sent")
    return run.result(Status.DONE)

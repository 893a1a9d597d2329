"""GitOps for OSCAR: a directory of FDL files is the desired state of a cluster's services."""

__version__ = "0.1.0"

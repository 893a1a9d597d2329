"""Jobs as clients ask for them."""

from typing import Any

CALLS: dict[str, Any] = {
    "get_cluster_info": ((), "GET /system/info", None),
    "get_cluster_config": ((), "GET /system/config", None),
    "health_check": ((), "GET /health", None),
    "list_services": ((), "GET /system/services", None),
    "get_service": (("a",), "GET /system/services/a", None),
    "remove_service": (("a",), "DELETE /system/services/a", None),
    "get_deployment_status": (("a",), "GET /system/services/a/deployment", None),
    "get_deployment_logs": (("a",), "GET /system/services/a/deployment/logs", None),
    "get_job_logs": (("a", "j"), "GET /system/logs/a/j", None),
    "list_jobs": (("a",), "GET /system/logs/a", None),
    "remove_job": (("a", "j"), "DELETE /system/logs/a/j", None),
    "remove_all_jobs": (("a",), "DELETE /system/logs/a?all=true", None),
    "get_system_logs": ((True, True), "GET /system/logs?timestamps=true&previous=true", None),
    "list_volumes": ((), "GET /system/volumes", None),
    "create_volume": (("v", "1Gi"), "POST /system/volumes", {"name": "v", "size": "1Gi"}),
    "get_volume": (("v",), "GET /system/volumes/v", None),
    "delete_volume": (("v",), "DELETE /system/volumes/v", None),
    "create_bucket": (
        ("b",),
        "POST /system/buckets",
        {"bucket_name": "b", "visibility": "private", "allowed_users": []},
    ),
    "update_bucket": (
        ("b", "restricted", ["u"]),
        "PUT /system/buckets",
        {"bucket_name": "b", "visibility": "restricted", "allowed_users": ["u"]},
    ),
    "list_buckets": ((), "GET /system/buckets", None),
    "get_bucket": (("b",), "GET /system/buckets/b", None),
    "delete_bucket": (("b",), "DELETE /system/buckets/b", None),
    "presign_bucket": (
        ("b", "in/a", "upload", 60, "text/plain", {"X": "1"}),
        "POST /system/buckets/b/presign",
        {
            "object_key": "in/a",
            "operation": "upload",
            "expires_in": 60,
            "content_type": "text/plain",
            "extra_headers": {"X": "1"},
        },
    ),
    "get_metrics_summary": ((), "GET /system/metrics", None),
    "get_metrics_breakdown": (("user",), "GET /system/metrics/breakdown?group_by=user", None),
    "get_service_metrics": (("a",), "GET /system/metrics/a", None),
    "get_own_quota": ((), "GET /system/quotas/user", None),
    "get_user_quota": (("u@egi.eu",), "GET /system/quotas/user/u%40egi.eu", None),
    "update_user_quota": (
        ("u", 4, "8Gi"),
        "PUT /system/quotas/user/u",
        {"cpu": "4", "memory": "8Gi"},
    ),
    "get_federation": (("a",), "GET /system/federation/a", None),
    "add_federation_members": (
        ("a", [{"type": "oscar"}], {"c": {"x": 1}}, {"s3": {"y": {}}}),
        "POST /system/federation/a",
        {
            "members": [{"type": "oscar"}],
            "clusters": {"c": {"x": 1}},
            "storage_providers": {"s3": {"y": {}}},
        },
    ),
    "update_federation_members": (
        ("a", [{"type": "oscar"}], [{"type": "x"}]),
        "PUT /system/federation/a",
        {"members": [{"type": "oscar"}], "update": [{"type": "x"}]},
    ),
    "remove_federation_members": (
        ("a", [{"type": "oscar"}], True),
        "DELETE /system/federation/a",
        {"members": [{"type": "oscar"}], "delete": True},
    ),
}

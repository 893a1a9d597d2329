"""What the server refuses, and what a refusal leaves behind."""

# Lines are as long as what the server said.
# ruff: noqa: E501

import pytest

from tests.emulator.calling import SERVICES, minimal, minio, owned

EXPOSE = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


def names(store):
    return [bucket.name for bucket in store.list_buckets()]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"namespace": "nowhere"}, 'namespaces "nowhere" not found'),
        (
            {"expose": {**EXPOSE, "auth_type": "magic"}},
            'unsupported expose auth_type "magic"',
        ),
        (
            {"expose": {**EXPOSE, "api_port": [70_000]}},
            (
                "error creating deployment for exposed service 'a': Deployment.apps \"a-dpl\" is "
                "invalid: spec.template.spec.containers[0].ports[0].containerPort: Invalid value: "
                "70000: must be between 1 and 65535, inclusive"
            ),
        ),
        (
            {"expose": {**EXPOSE, "nodePort": [80]}},
            (
                "error creating svc for exposed service 'a': Service \"a-svc\" is invalid: "
                "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
                "The range of valid ports is 30000-32767"
            ),
        ),
        ({"cpu": "."}, "unable to parse numeric part of quantity"),
        ({"cpu": "1ki"}, "unable to parse quantity's suffix"),
    ],
)
def test_a_service_that_the_back_end_refuses_is_not_there(api, more, text):
    got = api.post(minimal(**more))
    assert (got.status, got.text) == (500, f"Error creating the service: {text}")
    assert api.get(f"{SERVICES}/a").status == 404


def test_forward_authentication_needs_a_route(api):
    got = api.post(minimal(expose={**EXPOSE, "auth_type": "Forward", "set_auth": True}))
    assert got.status == 500


def test_a_port_is_given_out_once(api):
    expose = {**EXPOSE, "nodePort": [30_100]}
    assert api.post(minimal(expose=expose)).status == 201
    got = api.post(minimal("b", expose=expose))
    assert got.text.endswith("Invalid value: 30100: provided port is already allocated")


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ({"x": "v" * 64}, 'Invalid value: "' + "v" * 64 + '": must be no more than 63 bytes'),
        ({"/x": ""}, 'Invalid value: "/x": prefix part must be non-empty'),
        ({"a.b/": ""}, 'Invalid value: "a.b/": name part must be non-empty'),
        ({"A_/x": ""}, 'Invalid value: "A_/x": prefix part a lowercase RFC 1123 subdomain must'),
        ({"k" * 64: ""}, "name part must be no more than 63 bytes"),
        ({"a/b/c": ""}, "a qualified name must consist of alphanumeric characters"),
    ],
)
def test_labels_are_refused_as_kubernetes_says(api, labels, text):
    got = api.post(minimal(labels=labels))
    assert got.status == 500
    assert text in got.text
    assert "metadata.labels" in got.text


def test_annotations_have_a_limit(api):
    got = api.post(minimal(annotations={"x": "y" * 300_000}))
    assert got.text.endswith("metadata.annotations: Too long: may not be more than 262144 bytes")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"bad key": "v"}, 'data[bad key]: Invalid value: "bad key": a valid config key must'),
        ({"..": "v"}, "must not be '..'"),
        ({"..x": "v"}, "must not start with '..'"),
        ({"k" * 254: "v"}, "must be no more than 253 bytes"),
        ({"K": "v" * 1_100_000}, "data: Too long: may not be more than 1048576 bytes"),
    ],
)
def test_a_secret_that_kubernetes_refuses_is_a_conflict(api, keys, text):
    body = {"environment": {"secrets": keys}}
    got = api.post(minimal(**body))
    assert got.status == 409
    assert got.text.startswith('Error creating secrets for service: Secret "a" is invalid: ')
    assert text in got.text
    api.post(minimal())
    assert api.put(owned(**body)).text.startswith("error adding asociated secret: ")
    api.put(owned(environment={"secrets": {"K": "v"}}))
    assert api.put(owned(**body)).text.startswith("error updating asociated secret: ")


def test_a_secret_in_a_namespace_that_is_not_there_is_a_conflict(api):
    got = api.post(minimal(namespace="nowhere", environment={"secrets": {"K": "v"}}))
    text = 'Error creating secrets for service: namespaces "nowhere" not found'
    assert (got.status, got.text) == (409, text)


def test_a_name_is_taken_in_all_namespaces(api):
    assert api.post(minimal(namespace="default")).status == 201
    assert api.shown()["namespace"] == "default"
    got = api.post(minimal())
    assert (got.status, got.text) == (400, "A service with the provided name already exists")
    assert api.delete(f"{SERVICES}/a?namespace=default").status == 204


def test_an_input_has_to_be_on_the_clusters_own_store(api, held):
    foreign = {"endpoint": "http://f", "access_key": "k", "secret_key": "s", "region": "us-east-1"}
    own = {
        **foreign,
        "endpoint": held.s3_url,
        "access_key": held.access_key,
        "secret_key": held.secret_key,
    }
    body = {"input": [{"storage_provider": "minio.x", "path": "bbb/in"}]}
    got = api.post(minimal(**body, storage_providers={"minio": {"x": foreign}}))
    text = 'the provided MinIO server "http://f" is not the configured in OSCAR'
    assert (got.status, got.text) == (500, text)
    assert api.post(minimal(**body, storage_providers={"minio": {"x": own}})).status == 201


def test_a_provider_that_is_null_is_a_panic_where_it_is_used(api):
    providers = {"minio": {"x": None}}
    body = {"storage_providers": providers}
    got = api.post(minimal(input=[{"storage_provider": "minio.x", "path": "bbb/in"}], **body))
    assert (got.status, got.text) == (500, "")
    assert api.get(f"{SERVICES}/a").status == 200
    got = api.post(minimal("b", output=[{"storage_provider": "minio.x", "path": "b/o"}], **body))
    assert (got.status, got.text) == (500, "")


def test_an_output_elsewhere_counts_as_made_but_cannot_be_tagged(api, store):
    keys = {"access_key": "k", "secret_key": "s", "region": "r"}
    body = minimal(
        output=[{"storage_provider": "s3.x", "path": "far/out"}],
        storage_providers={"s3": {"x": keys}},
    )
    got = api.post(body)
    text = "Error tagging bucket: error setting tag on bucket far"
    assert (got.status, got.text) == (400, text)
    assert api.get(f"{SERVICES}/a").status == 200
    assert names(store) == []


def test_an_output_on_s3_erases_a_local_bucket_of_that_name(api, store):
    store.make_bucket("far")
    keys = {"access_key": "k", "secret_key": "s", "region": "r"}
    api.post(
        minimal(
            output=[{"storage_provider": "s3.x", "path": "far/out"}],
            storage_providers={"s3": {"x": keys}},
        ),
    )
    assert api.delete(f"{SERVICES}/a").status == 204
    assert names(store) == []


def test_inputs_of_dcache_and_rucio_make_no_bucket(api, store):
    inputs = [{"storage_provider": kind, "path": "b/in"} for kind in ("webdav.x", "rucio.y")]
    assert api.post(minimal(input=inputs)).status == 201
    assert names(store) == []
    assert api.delete(f"{SERVICES}/a").status == 204


def test_a_put_with_a_wrong_input_is_refused_and_changes_nothing(api):
    api.post(minimal())
    got = api.put(owned(memory="1Gi", input=[{"storage_provider": "s3.x", "path": "b/in"}]))
    assert (got.status, got.text) == (400, "unrecognized input (valid inputs are MinIO and dCache)")
    assert api.shown()["memory"] == "256Mi"


def test_a_put_of_a_poisoned_service_is_refused(api):
    api.post(minimal(environment={"variables": {"X": "- x"}}))
    text = 'the FDL of the service "a" cannot be read'
    got = api.put(owned())
    assert (got.status, got.text) == (500, f"Error updating the service: {text}")
    for path in ("/deployment", "/deployment/logs"):
        assert api.get(f"{SERVICES}/a{path}").status == 403
    assert api.get("/system/federation/a").text == text
    assert api.post(None, f"{SERVICES}/a/stop").text == text


def test_a_restricted_bucket_has_no_group_to_update(api):
    api.post(minimal(visibility="restricted", allowed_users=["u"], input=minio("bbb/in")))
    got = api.put(owned(visibility="restricted", allowed_users=["v"], input=minio("bbb/in")))
    assert (got.status, got.text) == (
        500,
        (
            "Error creating the service: error getting group description for bbb: The specified group "
            "does not exist. (Specified group does not exist)"
        ),
    )
    assert api.shown()["allowed_users"] == ["v"]


def test_a_public_service_adds_a_bucket_without_a_group(api):
    api.post(minimal(visibility="public"))
    got = api.put(owned(visibility="public", output=minio("ooo/out")))
    assert "user/group all_users_group: The specified group does not exist." in got.text


def test_buckets_of_single_users_go_when_a_put_drops_them(api, store):
    body = {"isolation_level": "USER", "bucket_list": ["bbb-u1"], "input": minio("bbb/in")}
    assert api.post(minimal(**body)).status == 201
    assert names(store) == ["bbb", "bbb-u1"]
    rule = store.get_bucket_notification("bbb-u1").queue_config_list[0]
    assert rule.prefix_filter_rule.value == "in//"
    api.put(owned(input=minio("bbb/in"), output=minio("bbb/out")))
    assert names(store) == ["bbb"]


@pytest.mark.parametrize(
    ("users", "text"), [([], ""), (["u" * 12], "error while removing isolated")]
)
def test_buckets_of_single_users_go_with_the_service(api, store, users, text):
    api.post(
        minimal(
            isolation_level="user",
            bucket_list=["bbb-u1"],
            allowed_users=users,
            input=minio("bbb/in"),
            output=minio("bbb/out"),
        ),
    )
    got = api.delete(f"{SERVICES}/a")
    assert got.status == 500
    assert got.text.startswith(text)
    assert names(store) == []


def test_federation_members_need_a_token_and_an_answer(api):
    federation = {"members": [{"type": "oscar", "cluster_id": "x", "service_name": "b"}]}
    body = {"federation": federation, "environment": {"secrets": {"refresh_token": "t"}}}
    got = api.post(minimal(**body))
    assert got.status == 401
    assert got.text.startswith("federation auth failed: [")
    api.post(minimal())
    got = api.put(owned(federation=federation))
    assert (got.status, got.text) == (
        400,
        "refresh_token secret is required for federated services",
    )


def test_a_worker_keeps_the_token_and_the_store_of_its_origin(api):
    origin = {
        "endpoint": "http://origin",
        "verify": False,
        "access_key": "k",
        "secret_key": "s",
        "region": "r",
    }
    body = minimal(
        token="t" * 64,
        annotations={
            "oscar.grycap/federation-worker": "true",
            "oscar.grycap/origin-cluster": "o",
        },
        storage_providers={"minio": {"default": origin}},
    )
    assert api.post(body).status == 201
    shown = api.shown()
    assert shown["token"] == "t" * 64
    assert shown["storage_providers"]["minio"]["default"] == origin


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"object_key": " / ", "operation": "upload"}, "Object key cannot be empty"),
        (
            {"object_key": 1},
            (
                "Invalid presign request: json: cannot unmarshal number into Go struct field "
                "PresignRequest.object_key of type string"
            ),
        ),
    ],
)
def test_a_presigned_url_needs_a_key(api, body, text):
    api.post({"bucket_name": "bbb"}, "/system/buckets")
    got = api.post(body, "/system/buckets/bbb/presign")
    assert (got.status, got.text) == (400, text)


def test_an_untagged_bucket_gives_no_presigned_url(api, store):
    store.make_bucket("bbb")
    body = {"object_key": "k", "operation": "upload"}
    got = api.post(body, "/system/buckets/bbb/presign")
    assert got.status == 500
    assert got.text.startswith("Error retrieving metadata for bucket 'bbb'")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "The Bucket specification is not valid: unexpected EOF"),
        (
            {},
            (
                "Error creating bucket with name '': error creating bucket : InvalidParameter: "
                "1 validation error(s) found.\n- minimum field size of 1, CreateBucketInput.Bucket.\n"
            ),
        ),
    ],
)
def test_a_bucket_needs_a_name(api, body, text):
    got = api.post(body, "/system/buckets")
    assert (got.status, got.text) == (400, text)


def test_a_bucket_tagged_as_a_services_cannot_be_updated(api, store):
    api.post(minimal(input=minio("bbb/in")))
    body = {"bucket_name": "bbb", "visibility": "public"}
    assert api.put(body, "/system/buckets").status == 204
    assert api.put(b"[", "/system/buckets").status == 400
    from minio.commonconfig import Tags

    tags = Tags.new_bucket_tags()
    tags["service"] = "true"
    store.set_bucket_tags("bbb", tags)
    got = api.put(body, "/system/buckets")
    text = "Forbidden action: A bucket from a service can't be modified\n"
    assert (got.status, got.text) == (403, text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "unexpected EOF"),
        (
            b"[]",
            "json: cannot unmarshal array into Go value of type handlers.ConfigForUser",
        ),
        (
            {"allowed_image_repositories": "x"},
            (
                "json: cannot unmarshal string into Go struct field "
                "ConfigForUser.allowed_image_repositories of type []string"
            ),
        ),
        (
            {"allowed_image_repositories": [1]},
            (
                "json: cannot unmarshal number into Go struct field "
                "ConfigForUser.allowed_image_repositories of type string"
            ),
        ),
    ],
)
def test_a_configuration_that_is_none_is_refused(api, body, text):
    got = api.put(body, "/system/config")
    assert (got.status, got.text) == (
        400,
        f"The configuration specification is not valid: {text}",
    )


def test_images_may_be_null(api):
    assert api.put(b"null", "/system/config").text == "null"
    body = {"allowed_image_repositories": [None, "x"]}
    assert api.put(body, "/system/config").json == ["", "x"]
    assert api.put({"allowed_image_repositories": None}, "/system/config").text == "null"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), ({}, 400), ({"cpu": "1"}, 503)],
    ids=["broken", "empty", "off"],
)
def test_quotas_need_kueue(api, body, status):
    assert api.put(body, "/system/quotas/user/u").status == status


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("end=x", "invalid end timestamp"),
        (
            "start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z",
            "end must be after start",
        ),
    ],
)
def test_metrics_need_a_span(api, query, error):
    assert api.get(f"/system/metrics?{query}").json == {"error": error}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "The volume specification is not valid: unexpected EOF"),
        ({"name": "v", "size": "0"}, "volume.size must be a valid positive quantity"),
    ],
)
def test_a_volume_needs_a_size(api, body, text):
    got = api.post(body, "/system/volumes")
    assert (got.status, got.text) == (400, text)


@pytest.mark.parametrize(
    ("volume", "text"),
    [
        ({"size": "1Gi"}, "volume.mount_path is required"),
        (
            {"name": "A_", "mount_path": "/d"},
            "volume.name must satisfy Kubernetes DNS-1123 naming rules",
        ),
        (
            {"size": "1Gi", "mount_path": "/oscar"},
            "volume.mount_path cannot overlap OSCAR reserved paths",
        ),
    ],
)
def test_a_volume_of_a_service_is_checked_in_order(api, volume, text):
    got = api.post(minimal(volume=volume))
    assert (got.status, got.text) == (400, f"The service specification is not valid: {text}")


def test_a_volume_that_is_gone_is_an_error_in_its_service(api):
    api.post({"name": "v", "size": "1Gi"}, "/system/volumes")
    api.post(minimal(volume={"name": "v", "mount_path": "/d"}))
    api.emulator._cluster.volumes.clear()
    assert api.shown()["volume_status"] == {
        "enabled": True,
        "name": "v",
        "phase": "error",
        "error": 'persistentvolumeclaims "v" not found',
    }


def test_jobs_of_others_are_not_found(api):
    assert api.delete("/system/logs/none").status == 404
    got = api.delete("/system/logs/none/job")
    text = "You do not have permission to access this service"
    assert (got.status, got.text) == (403, text)
    api.post(minimal())
    assert api.delete("/system/logs/a/job").status == 404
    assert api.get("/system/logs/a?page=nonsense").status == 500

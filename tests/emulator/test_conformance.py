"""The conformance cases of oscar-server 13 that no recording shows, by their number."""

import io

import pytest
from minio.notificationconfig import PrefixFilterRule, QueueConfig

from tests.emulator.calling import SERVICES, minimal, minio, owned


def keys(store, bucket):
    return [item.object_name for item in store.list_objects(bucket, recursive=True)]


def names(store):
    return [bucket.name for bucket in store.list_buckets()]


def test_06_info_names_the_back_end(api):
    info = api.get("/system/info").json
    assert list(info) == [
        "version",
        "git_commit",
        "architecture",
        "kubernetes_version",
        "serverless_backend",
    ]
    assert info["version"] == "4.1.2"
    assert info["serverless_backend"]["name"] == "Knative"


def test_13_a_number_is_no_text(api):
    got = api.post(minimal(cpu=1))
    wanted = "json: cannot unmarshal number into Go struct field Service.cpu of type string"
    assert (got.status, got.text) == (400, f"The service specification is not valid: {wanted}")


@pytest.mark.parametrize(("sent", "kept"), [("debug", "DEBUG"), ("verbose", "INFO"), ("", "INFO")])
def test_18_a_log_level_is_raised_or_info(api, sent, kept):
    api.post(minimal(log_level=sent))
    assert api.shown()["log_level"] == kept


@pytest.mark.parametrize("provider", ["s3", "onedata", "nonsense", ""])
def test_22_an_input_has_to_be_minio_or_dcache(api, provider):
    got = api.post(minimal(input=[{"storage_provider": provider, "path": "b/in"}]))
    assert (got.status, got.text) == (400, "unrecognized input (valid inputs are MinIO and dCache)")
    assert api.get(f"{SERVICES}/a").status == 404


def test_25_an_existing_output_leaves_the_new_input_bucket(api, store):
    store.make_bucket("out")
    got = api.post(minimal(input=minio("xxx/in"), output=minio("out/o")))
    assert (got.status, got.text) == (500, 'the bucket "out" already exists\n')
    assert api.get(f"{SERVICES}/a").status == 404
    assert names(store) == ["out", "xxx"]


def test_23_an_undefined_output_takes_the_new_input_bucket_away_again(api, store):
    outputs = [{"storage_provider": "minio.foo", "path": "b/out"}]
    got = api.post(minimal(input=minio("xxx/in"), output=outputs))
    assert (got.status, got.text) == (500, 'the StorageProvider "minio.foo" is not defined')
    assert names(store) == []


def test_28_the_default_store_is_the_clusters_own(api, held):
    mine = {"endpoint": "http://e", "access_key": "k", "secret_key": "s", "region": "r"}
    api.post(minimal(storage_providers={"minio": {"default": mine}}))
    assert api.shown()["storage_providers"]["minio"]["default"] == {
        "endpoint": held.s3_url,
        "verify": False,
        "access_key": "hidden",
        "secret_key": "hidden",
        "region": "us-east-1",
    }


def test_29_keys_of_other_stores_are_shown_to_all(api):
    mine = {"access_key": "k", "secret_key": "s", "region": "r"}
    api.post(minimal(storage_providers={"s3": {"x": mine}}))
    assert api.shown()["storage_providers"]["s3"] == {"x": mine}


def test_33_a_refused_name_plants_its_secret(api):
    api.post(minimal())
    body = minimal(environment={"secrets": {"K": "v"}})
    first, second = api.post(body), api.post(body)
    assert (first.status, first.text) == (400, "A service with the provided name already exists")
    assert (second.status, second.text) == (409, "A secret with the given name already exists")


def test_33_the_way_out_is_to_post_without_and_put_with_secrets(api):
    api.post(minimal(environment={"secrets": {"K": "v"}}, input=minio("xxx/a", "xxx/b")))
    assert api.post(minimal()).status == 201
    assert api.put(owned(environment={"secrets": {"K": "v"}})).status == 204
    assert api.shown()["environment"]["secrets"] == {"K": ""}


def test_37_labels_are_replaced(api):
    api.post(minimal(labels={"z": "1"}))
    api.put(owned(labels={"x": "y"}))
    assert api.shown()["labels"] == {
        "applicationId": "a",
        "oscar.grycap/user-service": "true",
        "oscar_service": "a",
        "queue": "root.oscar-queue.a",
        "x": "y",
    }


def test_48_a_mounted_input_bucket_keeps_its_data(api, store):
    api.post(minimal(input=minio("bbb/in"), mount=minio("bbb/d")[0]))
    store.put_object("bbb", "in/f", io.BytesIO(b"x"), 1)
    assert api.delete(f"{SERVICES}/a").status == 204
    assert keys(store, "bbb") == ["d/", "in/", "in/f"]
    assert store.get_bucket_tags("bbb") == {"owner": "cluster_admin", "service": "false"}


def test_48_a_mount_on_what_such_a_service_left_is_refused(api):
    api.post(minimal(input=minio("bbb/in"), mount=minio("bbb/d")[0]))
    api.delete(f"{SERVICES}/a")
    got = api.post(minimal("b", mount=minio("bbb/d")[0]))
    assert (got.status, got.text) == (500, 'the bucket "bbb" must be private to be used as mount')


def test_a_bucket_that_was_only_mounted_keeps_its_tags(api, store):
    api.post(minimal(mount=minio("bbb/d")[0]))
    api.delete(f"{SERVICES}/a")
    assert store.get_bucket_tags("bbb") == {"owner": "", "from_service": "a", "owner_name": "oscar"}


def test_an_administrator_s_mount_is_refused_after_a_restart_until_a_post(api):
    fields = {"mount": minio("bbb/d")[0], "owner": "cluster_admin"}
    refusal = 'the bucket "bbb" must be private to be used as mount'
    api.post(minimal(**fields))
    assert api.call("POST", "/_emulator/restart").status == 204
    assert api.put(minimal(**fields)).text == refusal
    assert api.post(b"{}").status == 400
    assert api.put(minimal(**fields)).text == refusal
    assert api.post(minimal("none", input=minio("/"))).text == "input path cannot be empty"
    assert "setting MinIO policy" in api.put(minimal(**fields)).text


def test_mount_options_are_checked(api):
    mount = {**minio("bbb/d")[0], "options": "a;b"}
    got = api.post(minimal(mount=mount))
    assert (got.status, got.text) == (500, "mount options contain invalid characters")


def test_49_a_retained_volume_outlives_its_service(oscar_emulator):
    from tests.emulator.calling import Api

    api = Api(oscar_emulator)
    for policy in ("retain", "delete"):
        volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": policy}
        assert api.post(minimal(policy, volume=volume)).status == 201
        assert api.delete(f"{SERVICES}/{policy}").status == 204
    assert [found["name"] for found in api.get("/system/volumes").json] == ["retain"]


def test_49_a_volume_that_is_being_deleted_is_in_the_way(api):
    body = minimal(volume={"size": "1Gi", "mount_path": "/d"})
    api.post(body)
    api.delete(f"{SERVICES}/a")
    got = api.post(body)
    assert got.status == 409
    assert got.text == "A managed volume with the provided name already exists"


def test_61_a_service_without_federation_has_no_members(api):
    api.post(minimal())
    assert api.get("/system/federation/a").json == {"topology": "none", "members": None}


def test_68_a_name_has_to_be_a_label(api):
    got = api.get(f"{SERVICES}/bad%7D")
    assert (got.status, got.text) == (400, "invalid serviceName")


@pytest.mark.parametrize("path", ["/system/logs/none", "/system/logs/none/job"])
def test_logs_of_a_missing_service_are_not_found(api, path):
    assert api.get(path).status == 404


def test_74_the_log_of_an_unknown_job_is_a_panic(api):
    api.post(minimal())
    got = api.get("/system/logs/a/unknown")
    assert (got.status, got.text, "Content-Type" in got.headers) == (500, "", False)


def test_77_kserve_needs_its_model_format(api):
    kserve = {"type": "inference", "storage_uri": "s3://x", "inference": {}}
    got = api.post(minimal(kserve=kserve))
    assert got.text == (
        "The service specification is not valid: Kserve Inference ModelFormat is required"
    )


def test_87_a_bucket_is_made_once(api):
    assert api.post({"bucket_name": "bbb"}, "/system/buckets").status == 201
    got = api.post({"bucket_name": "bbb"}, "/system/buckets")
    text = "Error creating bucket with name 'bbb': the bucket \"bbb\" already exists\n"
    assert (got.status, got.text) == (400, text)


def test_88_a_missing_bucket_is_no_404_for_an_administrator(api):
    got = api.get("/system/buckets/bbb")
    assert got.status == 500
    assert got.text.startswith("Error listing objects in bucket 'bbb': NoSuchBucket: ")


def test_89_a_missing_bucket_cannot_be_deleted(api):
    got = api.delete("/system/buckets/x")
    assert (got.status, got.text) == (404, "The bucket 'x' does not exist")


def test_90_a_presigned_upload_and_download_work(api, held):
    import http.client

    api.post({"bucket_name": "bbb"}, "/system/buckets")
    content = {"object_key": "a b/é+", "operation": "upload", "content_type": "text/plain"}
    up = api.post(content, "/system/buckets/bbb/presign").json
    assert up["headers"] == {"Content-Type": "text/plain"}
    down = api.post({**content, "operation": "download"}, "/system/buckets/bbb/presign").json
    connection = http.client.HTTPConnection(held.s3_url.removeprefix("http://"))
    path = up["url"].removeprefix(held.s3_url)
    connection.request("PUT", path, b"data", up["headers"])
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.request("GET", down["url"].removeprefix(held.s3_url))
    assert connection.getresponse().read() == b"data"
    connection.close()


def test_91_there_is_no_put_with_a_name(api):
    got = api.put(minimal(), f"{SERVICES}/a")
    assert (got.status, got.text) == (404, "404 page not found")


def test_92_a_trailing_slash_is_redirected_before_authentication(api):
    got = api.get(f"{SERVICES}/", auth=None)
    assert (got.status, got.headers["Location"]) == (301, SERVICES)


def test_an_escaped_slash_at_the_end_is_redirected_to_the_clean_path(api):
    got = api.get(f"{SERVICES}/..%2f", auth=None)
    assert (got.status, got.headers["Location"]) == (301, "/system")


@pytest.mark.parametrize("path", ["/", "/ui", "/ui/"])
def test_in_the_place_of_the_dashboard_a_page_says_what_this_is(api, path):
    got = api.get(path, auth=None)
    assert (got.status, got.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "oscar-sync emulator" in got.text


def test_an_upload_below_two_rules_of_one_service_starts_one_job(api, store):
    api.post(minimal(input=minio("bbb/in")))
    rules = store.get_bucket_notification("bbb")
    rules.queue_config_list.append(
        QueueConfig(
            queue="arn:minio:sqs::a:webhook",
            events=["s3:ObjectCreated:*"],
            prefix_filter_rule=PrefixFilterRule("in/sub/"),
        )
    )
    store.set_bucket_notification("bbb", rules)
    store.put_object("bbb", "in/sub/f", io.BytesIO(b"x"), 1)
    assert len(api.jobs()) == 1
    store.put_object("bbb", "in/f", io.BytesIO(b"x"), 1)
    assert len(api.jobs()) == 2


def test_a_folder_that_leads_into_another_bucket_makes_its_marker_there(api, store):
    store.make_bucket("ccc")
    assert api.post(minimal(input=minio("bbb/../ccc/in"))).status == 201
    assert (keys(store, "bbb"), keys(store, "ccc")) == ([], ["in/"])
    assert api.post(minimal(), f"{SERVICES}/").status == 307


def test_a_page_of_a_bucket_holds_seventy_objects(api, store):
    api.post({"bucket_name": "bbb"}, "/system/buckets")
    for number in range(75):
        store.put_object("bbb", f"k{number:03d}", io.BytesIO(b"xy"), 2)
    first = api.get("/system/buckets/bbb").json
    assert (first["returned_items"], first["is_truncated"]) == (70, True)
    assert first["objects"][0]["object_name"] == "k000"
    assert first["objects"][0]["size_bytes"] == 2
    second = api.get(f"/system/buckets/bbb?page={first['next_page']}").json
    assert [found["object_name"] for found in second["objects"]] == [
        f"k{number:03d}" for number in range(70, 75)
    ]
    assert (second["is_truncated"], "next_page" in second) == (False, False)


def test_a_bucket_can_be_made_with_a_folder(api, store):
    assert api.post({"bucket_name": "bbb/x/y"}, "/system/buckets").status == 201
    assert keys(store, "bbb") == ["x/y/"]
    assert store.get_bucket_tags("bbb") == {"owner": "oscar", "owner_name": "oscar"}


def test_an_untagged_bucket_cannot_be_updated(api, store):
    store.make_bucket("bbb")
    got = api.put({"bucket_name": "bbb"}, "/system/buckets")
    assert (got.status, got.text) == (500, "Missing bucket metadata: \n")


def test_a_doubled_slash_makes_a_hook_that_nothing_matches(api, store):
    assert api.post(minimal(input=minio("bbb//x/y/"))).status == 201
    assert api.shown()["input"][0]["path"] == "bbb//x/y"
    assert keys(store, "bbb") == ["x/y/"]
    rule = store.get_bucket_notification("bbb").queue_config_list[0]
    assert rule.prefix_filter_rule.value == "/x/y/"


def test_a_definition_has_to_fit_one_config_map(api):
    assert api.post(minimal(script="x" * 900_000)).status == 201
    got = api.post(minimal("b", script="x" * 1_200_000))
    text = 'ConfigMap "b" is invalid: []: Too long: may not be more than 1048576 bytes'
    assert (got.status, got.text) == (500, f"Error creating the service: {text}")


@pytest.mark.parametrize("amount", ["garbage", "1x", "1 Gi"])
def test_an_amount_kubernetes_cannot_read_is_refused(api, amount):
    got = api.post(minimal(memory=amount))
    assert got.status == 500
    assert got.text.startswith("Error creating the service: quantities must match the regular")


def test_a_blank_amount_is_the_server_s_own(api):
    assert api.post(minimal(memory="")).status == 201


def test_a_refused_amount_leaves_the_old_definition(api):
    api.post(minimal(memory="1Gi"))
    got = api.put(owned(memory="lots"))
    assert got.status == 500
    assert got.text.startswith("Error updating the service: quantities")
    assert api.shown()["memory"] == "1Gi"


def test_a_bad_label_is_refused_as_kubernetes_says(api):
    got = api.post(minimal(labels={"x": "a b"}))
    assert got.status == 500
    assert got.text.startswith(
        'Error creating the service: Service.serving.knative.dev "a" is invalid: metadata.labels: '
        'Invalid value: "a b": a valid label must be an empty string or consist of',
    )


def test_two_visibilities_are_two_refusals_in_one_body(api):
    api.post(minimal(input=minio("bbb/in")))
    got = api.put(owned(input=minio("bbb/in"), visibility="public"))
    assert got.status == 500
    assert got.text.startswith("Error creating the service: error removing resource")
    assert api.shown()["visibility"] == "public"


def test_an_admins_put_with_isolation_users_and_an_input_is_a_panic(api):
    api.post(minimal(input=minio("bbb/in")))
    body = owned(input=minio("bbb/in"), isolation_level="USER", allowed_users=["u" * 12])
    got = api.put(body)
    assert (got.status, got.text) == (500, "")
    assert api.shown()["isolation_level"] == ""


def test_a_mount_counts_as_new_at_every_put(api):
    api.post(minimal(mount=minio("bbb/d")[0]))
    for _ in range(2):
        got = api.put(owned(mount=minio("bbb/d")[0]))
        assert got.status == 500
        assert got.text.startswith("Error creating the service: error setting MinIO policy")


def test_a_stopped_service_takes_no_put_until_it_is_started(api):
    expose = {"api_port": [80], "min_scale": 1, "max_scale": 2, "cpu_threshold": 80}
    api.post(minimal(expose=expose))
    api.post(None, f"{SERVICES}/a/stop")
    got = api.put(owned(expose=expose, memory="1Gi"))
    assert got.status == 500
    assert 'horizontalpodautoscalers.autoscaling "a-hpa" not found' in got.text
    assert api.shown()["memory"] == "256Mi"
    api.post(None, f"{SERVICES}/a/start")
    assert api.put(owned(expose=expose, memory="1Gi")).status == 204


def test_an_expose_with_fewer_replicas_at_most_than_at_least_is_refused(api):
    expose = {"api_port": [80], "min_scale": 3, "max_scale": 2, "cpu_threshold": 80}
    got = api.post(minimal(expose=expose))
    assert got.text.endswith(
        'HorizontalPodAutoscaler.autoscaling "a-hpa" is invalid: spec.maxReplicas: '
        "Invalid value: 2: must be greater than or equal to `minReplicas`",
    )


def test_dynamic_ports_come_back_as_zeros_after_a_put(api):
    expose = {
        "api_port": [80, 81],
        "nodePort": [0, 0],
        "min_scale": 1,
        "max_scale": 1,
        "cpu_threshold": 80,
    }
    api.post(minimal(expose=expose))
    first, second = api.shown()["expose"]["nodePort"]
    assert first != second
    api.put(owned(expose=expose))
    assert api.shown()["expose"]["nodePort"] == [0, 0]


def test_delete_with_another_namespace_finds_nothing(api):
    api.post(minimal())
    got = api.delete(f"{SERVICES}/a?namespace=elsewhere")
    text = 'the service "a" does not have a registered ConfigMap'
    assert (got.status, got.text) == (500, text)


def test_a_missing_bucket_ends_the_erasing(api, store):
    api.post(minimal(input=minio("bbb/in"), output=minio("ooo/out")))
    for key in keys(store, "bbb"):
        store.remove_object("bbb", key)
    store.remove_bucket("bbb")
    assert api.delete(f"{SERVICES}/a").status == 204
    assert names(store) == ["ooo"]


def test_the_token_stays_and_cannot_be_chosen(api):
    api.post(minimal(token="mine"))
    before = api.token()
    api.put(owned(token="mine"))
    assert api.token() == before != "mine"


def test_status_counts_what_there_is(api):
    api.post(minimal(input=minio("bbb/in")))
    found = api.get("/system/status").json
    assert found["cluster"]["nodes_count"] == 1
    assert found["minio"] == {"buckets_count": 1, "total_objects": 1}


def test_metrics_refuse_a_moment_that_is_none(api):
    got = api.get("/system/metrics?start=yesterday")
    assert (got.status, got.json) == (400, {"error": "invalid start timestamp"})
    assert api.get("/system/metrics").json["totals"]["services_count_total"] == 0


def test_the_auth_question_of_a_proxy_is_answered_by_the_token(api):
    api.post(minimal())
    token = api.token().removeprefix("Bearer ")
    assert api.get(f"{SERVICES}/a/auth?token={token}", auth=None).status == 200
    assert api.get(f"{SERVICES}/a/auth?token=wrong", auth=None).status == 401
    assert api.get(f"{SERVICES}/a/auth").status == 200

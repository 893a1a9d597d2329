"""The Knative back end: what Kubernetes takes and refuses for a service (oscar-server 1.2, 4.3)."""

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.definitions import kept_by_yaml
from oscar_sync.emulator.go_json import encode
from oscar_sync.emulator.kubernetes import (
    CONFIGMAP_LIMIT,
    autoscaler_problems,
    invalid_object,
    metadata_problems,
    name_problem,
    quantity_problem,
    secret_key_problems,
    service_name_problem,
    too_long,
)
from oscar_sync.emulator.reads import EncodedService
from oscar_sync.emulator.schema import SERVICE
from oscar_sync.emulator.state import Cluster, Service, Volume
from oscar_sync.emulator.yaml_damage import Poisoned

__all__ = [
    "AlreadyExists",
    "BackendError",
    "VolumeMissing",
    "create_service",
    "delete_service",
    "secret_problem",
    "store_definition",
    "update_service",
]

_NAMESPACES = {"default", "kube-system", "kube-public", "kube-node-lease"}
_PORT_LOW, _PORT_HIGH = 30_000, 32_767
_HIGHEST_PORT = 65_535


class BackendError(Exception):
    """What Kubernetes or the back end says; it follows `Error creating the service: `."""


class AlreadyExists(BackendError):
    """An object of that name is there."""


class VolumeMissing(BackendError):
    """A volume that is to be attached is not there."""


def _check_namespace(cluster: Cluster, namespace: str) -> None:
    settings = cluster.settings
    known = {settings.services_namespace, settings.namespace, *_NAMESPACES}
    if namespace not in known | cluster.namespaces:
        text = f'namespaces "{namespace}" not found'
        raise BackendError(text)


def secret_problem(cluster: Cluster, name: str, namespace: str, values: Document) -> str | None:
    try:
        _check_namespace(cluster, namespace)
    except BackendError as error:
        return str(error)
    problems = [*name_problem(name), *secret_key_problems(list(values))]
    if sum(len(value.encode(errors="replace")) for value in values.values()) > CONFIGMAP_LIMIT:
        problems.append(too_long("data", CONFIGMAP_LIMIT))
    return invalid_object("Secret", name, problems) if problems else None


def _check_image(cluster: Cluster, image: str) -> None:
    allowed = cluster.allowed_images
    if allowed and not any(part in image for part in allowed):
        text = (
            f"image {image} is not allowed for pull on the cluster. Check the additional "
            "configuration file on 'config.yaml'"
        )
        raise BackendError(text)


def _check_config_map(definition: Document) -> None:
    name = definition["name"]
    problems = metadata_problems(name, {"oscar_service": name}, {})
    size = len(definition["script"].encode(errors="replace"))
    if size > CONFIGMAP_LIMIT // 2 or len(str(definition)) > CONFIGMAP_LIMIT // 2:
        size += len(encode(SERVICE.show({**definition, "script": ""})))
        if size > CONFIGMAP_LIMIT:
            problems.append(too_long("[]", CONFIGMAP_LIMIT))
    if problems:
        raise BackendError(invalid_object("ConfigMap", name, problems))


def _check_pod(definition: Document) -> None:
    for amount in ("cpu", "memory", "ephemeral_storage_request"):
        problem = quantity_problem(definition[amount]) if definition[amount] else None
        if problem:
            raise BackendError(problem)


def _check_knative(definition: Document) -> None:
    name = definition["name"]
    problems = metadata_problems(name, definition["labels"], definition["annotations"])
    if problems:
        raise BackendError(invalid_object("Service.serving.knative.dev", name, problems))


def _check_expose(definition: Document) -> None:
    expose = definition["expose"]
    ports, node_ports = expose["api_port"], expose["nodePort"]
    if node_ports and len(node_ports) != len(ports):
        text = (
            f"The length of nodePort ({len(node_ports)}) must be equal to that of api_port "
            f"({len(ports)})"
        )
        raise BackendError(text)
    kind = expose["auth_type"].strip().lower()
    if kind not in {"", "basic", "forward"}:
        text = f'unsupported expose auth_type "{expose["auth_type"]}"'
        raise BackendError(text)
    if kind == "forward" and expose["set_auth"]:
        text = 'expose auth_type "forward" requires EXPOSED_SERVICES_ROUTE_KIND=httproute'
        raise BackendError(text)


def _autoscaler_error(definition: Document) -> str | None:
    problems = autoscaler_problems(definition["expose"])
    if not problems:
        return None
    name = f"{definition['name']}-hpa"
    return invalid_object("HorizontalPodAutoscaler.autoscaling", name, problems)


def _check_deployment(definition: Document, ending: str) -> None:
    name, problems = definition["name"], []
    for place, port in enumerate(definition["expose"]["api_port"]):
        if not 0 < port <= _HIGHEST_PORT:
            problems.append(
                f"spec.template.spec.containers[0].ports[{place}].containerPort: Invalid value: "
                f"{port}: must be between 1 and 65535, inclusive",
            )
    lead = f"error creating deployment for exposed service '{name}': "
    if problems:
        raise BackendError(lead + invalid_object("Deployment.apps", f"{name}-{ending}", problems))
    error = _autoscaler_error(definition)
    if error:
        raise BackendError(lead + error)


def _check_service_name(definition: Document) -> None:
    """Refuse what names no Kubernetes Service: a digit at its start (record 138)."""
    name = definition["name"]
    problems = service_name_problem(f"{name}-svc")
    if problems:
        lead = f"error creating svc for exposed service '{name}': "
        raise BackendError(lead + invalid_object("Service", f"{name}-svc", problems))


def _assign_ports(cluster: Cluster, definition: Document) -> None:
    taken = {
        port
        for known in cluster.services.values()
        for port in known.definition["expose"]["nodePort"]
    }
    assigned = []
    for place, port in enumerate(definition["expose"]["nodePort"]):
        lead = (
            f"error creating svc for exposed service '{definition['name']}': Service "
            f'"{definition["name"]}-svc" is invalid: spec.ports[{place}].nodePort: Invalid value: '
            f"{port}: "
        )
        if port and not _PORT_LOW <= port <= _PORT_HIGH:
            text = (
                "provided port is not in the valid range. The range of valid ports is "
                f"{_PORT_LOW}-{_PORT_HIGH}"
            )
            raise BackendError(lead + text)
        if port in taken and port:
            raise BackendError(lead + "provided port is already allocated")
        while not port and (cluster.next_port in taken or cluster.next_port in assigned):
            cluster.next_port += 1
        assigned.append(port or cluster.next_port)
    definition["expose"]["nodePort"] = assigned


def _attach_volume(cluster: Cluster, definition: Document, namespace: str) -> Volume | None:
    volume = definition["volume"]
    if volume is None:
        return None
    key = (namespace, volume["name"])
    if not volume["size"]:
        if key not in cluster.volumes:
            raise VolumeMissing
        return None
    if key in cluster.volumes:
        raise AlreadyExists
    made = Volume(
        volume["name"],
        namespace,
        volume["size"],
        definition["owner"],
        definition["name"],
        volume["lifecycle_policy"],
    )
    cluster.volumes[key] = made
    return made


def store_definition(service: Service, definition: Document) -> None:
    """Keep a definition as the server's YAML does, unreadable if that damages it so."""
    try:
        service.definition = kept_by_yaml(definition, service.shape)
        service.is_poisoned = False
        service.encoded = EncodedService.of(service.definition, service.namespace, service.shape)
    except Poisoned:
        service.definition, service.is_poisoned, service.encoded = definition, True, None


def create_service(cluster: Cluster, definition: Document, namespace: str) -> Service:
    """Make the objects of a service and return it.

    Raises:
        AlreadyExists: its volume is there.
        VolumeMissing: the volume it names is not.
        BackendError: anything else that is refused; nothing but the volume is left.
    """
    _check_image(cluster, definition["image"])
    _check_namespace(cluster, namespace)
    service = Service(
        definition["name"],
        namespace,
        definition,
        cluster.settings.shape,
        since=cluster.now(),
    )
    release = cluster.settings.release
    if service.is_exposed and not release.exposes_beside_knative:
        _check_expose(definition)
    _attach_volume(cluster, definition, namespace)
    _check_config_map(definition)
    _check_pod(definition)
    service.has_knative = not service.is_exposed or release.exposes_beside_knative
    if service.has_knative:
        _check_knative(definition)
    try:
        if service.is_exposed:
            _expose(cluster, service)
    except BackendError:
        if not release.takes_back_creations:
            _keep(cluster, service)
        raise
    return _keep(cluster, service)


def _expose(cluster: Cluster, service: Service) -> None:
    definition = service.definition
    _check_expose(definition)
    _check_deployment(definition, cluster.settings.release.deployment)
    _check_service_name(definition)
    _assign_ports(cluster, definition)
    service.replicas = definition["expose"]["min_scale"]
    service.deployment = cluster.settings.release.deployment


def _keep(cluster: Cluster, service: Service) -> Service:
    store_definition(service, service.definition)
    cluster.services[service.namespace, service.name] = service
    return service


def delete_service(cluster: Cluster, definition: Document, namespace: str) -> None:
    """Remove a service's objects: definition, jobs, volume by its policy, Secret."""
    key = (namespace, definition["name"])
    cluster.services.pop(key, None)
    cluster.jobs.pop(key, None)
    cluster.secrets.pop(key, None)
    volume = definition["volume"]
    if volume and volume["size"] and volume["lifecycle_policy"] == "delete":
        place = (namespace, volume["name"])
        if cluster.settings.holds_workloads and place in cluster.volumes:
            cluster.volumes[place].is_deleting = True
        else:
            cluster.volumes.pop(place, None)


def _update_exposed(service: Service, definition: Document, ending: str) -> None:
    name = service.name
    if service.deployment != ending:
        text = f'deployments.apps "{name}-{ending}" not found'
        raise BackendError(text)
    _check_expose(definition)
    _check_pod(definition)
    service.replicas = definition["expose"]["min_scale"]
    if not service.has_autoscaler:
        text = f'horizontalpodautoscalers.autoscaling "{name}-hpa" not found'
        raise BackendError(text)
    error = _autoscaler_error(definition)
    if error:
        raise BackendError(error)


def update_service(cluster: Cluster, service: Service, definition: Document) -> None:
    """Put a new definition in the place of the stored one.

    Raises:
        BackendError: refused; the stored definition stays where the release restores it.
    """
    release = cluster.settings.release
    _check_image(cluster, definition["image"])
    ports = definition["expose"]["api_port"]
    is_exposed = bool(ports and ports[0])
    wants_knative = release.updates_knative_always or not is_exposed
    if wants_knative and not service.has_knative:
        text = f'services.serving.knative.dev "{service.name}" not found'
        raise BackendError(text)
    _check_config_map(definition)
    try:
        if wants_knative:
            _check_pod(definition)
            _check_knative(definition)
        if is_exposed:
            _update_exposed(service, definition, release.deployment)
    except BackendError:
        if not release.restores_definitions:
            store_definition(service, definition)
        raise
    store_definition(service, definition)

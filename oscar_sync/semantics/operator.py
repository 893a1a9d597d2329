"""What is done beside OSCAR's API, as exact commands: kubectl on the cluster, mc on its store.

One ConfigMap a service, of its name, with the label ``oscar_service``, holds the definition in
``function_config.yaml``; one Secret of its name the secrets (oscar-server 3.3, 6.6). ``alias`` is
what mc calls the store.
"""

from shlex import quote
from typing import Final

from oscar_sync.semantics.hooks import arn_of

SERVICES_NAMESPACE: Final = "oscar-svc"
"""Where an administrator's services live unless the cluster says otherwise (oscar-server 0)."""


def find_definition(service: str) -> str:
    return f"kubectl get configmaps -A -l oscar_service={quote(service)}"


def edit_definition(service: str, namespace: str) -> str:
    return f"kubectl -n {quote(namespace)} edit configmap {quote(service)}"


def delete_secret(service: str, namespace: str) -> str:
    return f"kubectl -n {quote(namespace)} delete secret {quote(service)}"


def find_secrets(service: str, namespace: str) -> str:
    """Return the command that shows the Secrets of a service that older releases have named."""
    return f"kubectl -n {quote(namespace)} get secrets | grep ^{quote(f'{service}-')}"


def save_definitions(file: str) -> str:
    return f"kubectl get configmaps -A -l oscar_service -o yaml > {quote(file)}"


def list_ports() -> str:
    """Return the command that writes scalar ports as lists in every stored definition."""
    # A node port of 0, which says nothing, goes (oscar-server 11).
    script = r"/^ +nodePort: 0$/d; s/^( +)(api_port|nodePort): ([0-9]+)$/\1\2: [\3]/"
    return (
        "kubectl get configmaps -A -l oscar_service -o yaml "
        f"| sed -E {quote(script)} | kubectl replace -f -"
    )


def add_hook(alias: str, bucket: str, service: str, prefix: str) -> str:
    return f"mc event add {_rule(alias, bucket, service, prefix)}"


def remove_hook(alias: str, bucket: str, service: str, prefix: str) -> str:
    return f"mc event remove {_rule(alias, bucket, service, prefix)}"


def remove_hooks(alias: str, bucket: str) -> str:
    return f"mc event remove {quote(f'{alias}/{bucket}')} --force"


def remove_webhook(alias: str, service: str) -> str:
    return f"mc admin config reset {quote(alias)} notify_webhook:{quote(service)}"


def make_buckets(alias: str, *buckets: str) -> str:
    return f"mc mb {' '.join(quote(f'{alias}/{bucket}') for bucket in buckets)}"


def set_tags(alias: str, bucket: str, **tags: str) -> str:
    pairs = "&".join(f"{name}={text}" for name, text in tags.items() if text)
    return f"mc tag set {quote(f'{alias}/{bucket}')} {quote(pairs)}"


def call(method: str, url: str, user: str, body: str = "") -> str:
    """Return the command that calls OSCAR's API: as *user*, with a token where that is blank."""
    login = f"--user {quote(user)}" if user else '--oauth2-bearer "$OSCAR_TOKEN"'
    sent = f" --data {quote(body)}" if body else ""
    return f"curl {login} -X {method}{sent} {quote(url)}"


def _rule(alias: str, bucket: str, service: str, prefix: str) -> str:
    place = quote(f"{alias}/{bucket}")
    return f"{place} {arn_of(service)} --event put --prefix {quote(prefix)}"

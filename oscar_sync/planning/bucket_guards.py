"""Why nothing is done about a declared bucket: whose it is, who may share it, what fits."""

from msgspec.structs import replace

from oscar_sync.model.amounts import plural
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.blocking import Judgement, Reason, needs_consent, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.semantics.access import PRIVATE, PUBLIC, listed_access
from oscar_sync.semantics.capabilities import NO_BUCKET_BY_NAME, shown_release


def whose_verdict(context: Context, facts: BucketFacts) -> Judgement:
    """Return why a declared bucket is another's; a permission takes one over from another set."""
    if not context.owns_bucket(facts):
        return Judgement(
            Reason(
                "not-my-bucket",
                f"bucket {facts.name} {whose_words(facts.owner)}",
                ("give yours another name", "let its owner share it"),
            )
        )
    if not is_of_another_set(context, facts):
        return Judgement()
    take = Consent(Word.TAKE_OVER, f"bucket:{facts.name}")
    used = context.consents_to(replace(take, cluster=context.facts.view.cluster.id))
    reason = needs_consent(
        "not-ours",
        f"bucket {facts.name} is managed by set {facts.set_name}",
        take,
        "delete it from `buckets`",
    )
    return Judgement(None if used else reason, used)


def is_of_another_set(context: Context, facts: BucketFacts) -> bool:
    return facts.set_name not in ("", context.settings.set_name)


def unmarked_reason(bucket: BucketName, facts: BucketFacts) -> Reason:
    visibility, users = listed_access(facts)
    shown = f"visibility: {visibility}" + (
        f", allowed_users: [{', '.join(users)}]" if users else ""
    )
    return Reason(
        "bucket-not-managed",
        f"bucket {bucket} exists, and no set manages it: its access is changed only after the "
        "settings say what it is",
        (f"write `{bucket}: {{{shown}}}` under `buckets` and apply; then change it",),
    )


def access_reason(
    context: Context, declared: DeclaredBucket, facts: BucketFacts | None
) -> Reason | None:
    """Return why the log-in cannot give the bucket that access (oscar-server 1.4; 130, 135)."""
    # An administrator's bucket has no policy: OSCAR takes a PUT and changes nothing. What is public
    # it closes all the same, since everybody's policy names it.
    if not context.facts.view.is_admin:
        return None
    live = facts.visibility if facts else ""
    if declared.visibility != PRIVATE:
        return Reason(
            "needs-user-login",
            f"a bucket of an administrator cannot be {declared.visibility}: OSCAR gives only the "
            "buckets of users with a token a visibility",
            ("log in with a token (OIDC) on this cluster", "write `visibility: private`"),
        )
    if live in ("", PRIVATE, PUBLIC):
        return None
    return Reason(
        "needs-user-login",
        f"bucket {declared.which.name} is {live}, which only its owner's token can take back",
        ("log in with a token (OIDC) on this cluster", "delete it from `buckets`"),
    )


def quota_reason(context: Context, bucket: BucketName) -> Reason | None:
    left = context.facts.quota().buckets_left
    if left is None or left > len(context.planned.made):
        return None
    return Reason(
        "quota",
        f"bucket {bucket} is one too many: the quota has room for {plural(left, 'more bucket')}",
        ("delete a bucket", "ask the cluster's operator for a larger quota"),
    )


def tag_reason(context: Context, facts: BucketFacts) -> Reason | None:
    """Return why a bucket may not be the user's own, whatever its list says."""
    # A list shows a user as the owner of what is private and they have access to, also where
    # another one has made it again under its name (226).
    view = context.facts.view
    if view.is_admin:
        return None
    if NO_BUCKET_BY_NAME.holds(view.release):
        return Reason(
            "not-my-bucket",
            f"it is not known whether bucket {facts.name} is yours alone: OSCAR "
            f"{shown_release(view.release)} does not show its tags",
            ("give yours another name", "upgrade the cluster"),
        )
    tagged = context.facts.tag_owner(facts.name)
    if tagged is None or tagged in view.me:
        return None
    return Reason(
        "not-my-bucket",
        f"bucket {facts.name} {whose_words(tagged)}",
        ("give yours another name", "let its owner share it"),
    )

"""Contact: consents of addresses, refusals of people, and every answer to "may I write?"."""

from __future__ import annotations

from ecrm_core.crm import Crm
from ecrm_core.customers import CONSENTS, ConsentStatement, Verdict
from ecrm_core.kernel import ChangeSet, Put
from ecrm_core.ports import Store, read_groups
from ecrm_core.services.contact import Asked, may_contact_group
from tests.histories.history import History
from tests.histories.shop import EMAILS, HOMES, PHONES, PURPOSES

_ADDRESSES = [("email", text) for text in EMAILS] + [("sms", text) for text in PHONES]


def consent(history: History) -> None:
    channel, address = history.draw.choice(_ADDRESSES)
    changes = history.crm.dry_run.consent(
        address, history.draw.choice(["granted", "granted", "revoked"]), channel=channel,
        purpose=history.draw.choice(PURPOSES), now=history.now,
    )  # fmt: skip
    history.do(lambda store: changes.empty or store.apply(changes))


def refuse(history: History) -> None:
    """Refuse contact as a person, or take that back."""
    customer, purpose = history.draw.choice(HOMES), history.draw.choice(PURPOSES)
    verb = "lift_refusal" if history.draw.random() < 0.3 else "refuse_contact"
    said = {"purpose": purpose, "by": "her", "now": history.now}
    changes: ChangeSet = getattr(history.crm.dry_run, verb)(customer, **said)
    statements = [put.value for put in changes.puts if isinstance(put.value, ConsentStatement)]
    getattr(history.crm, verb)(customer, **said)
    history.done(lambda store: _write(store, statements))
    now, root = (history.now, verb == "refuse_contact"), history.crm.resolve(customer)
    for home in HOMES:
        if history.crm.resolve(home) == root:
            held = history.refused.get((home, purpose), now)
            history.refused[home, purpose] = max(held, now)


def _write(store: Store, statements: list[ConsentStatement]) -> None:
    known = store.get_many(CONSENTS, [CONSENTS.key_of(s) for s in statements])
    fresh = [s for s in statements if CONSENTS.key_of(s) not in known]
    if fresh:
        store.apply(ChangeSet(puts=tuple(Put(CONSENTS, s) for s in fresh)))


def of_addresses(crm: Crm, history: History) -> dict[tuple[str, str, str], Verdict]:
    """The answer for every address, channel and purpose."""
    return {
        (channel, address, purpose): crm.may_contact_address(
            address, channel, purpose, at=history.now
        )
        for channel, address in _ADDRESSES
        for purpose in PURPOSES
    }


def of_customers(crm: Crm, history: History) -> dict[tuple[str, str, str], Verdict]:
    """The answer for every id, channel and purpose; all ids of a customer have one answer."""
    found = read_groups(crm.store, HOMES)
    groups = {group.root.id: group for group in found.values()}
    said = {
        (root, channel, purpose): may_contact_group(
            crm.store, group, Asked(channel=channel, purpose=purpose, at=history.now)
        )
        for root, group in groups.items()
        for channel in ("email", "sms")
        for purpose in PURPOSES
    }
    return {
        (home, channel, purpose): verdict
        for home, group in found.items()
        for (root, channel, purpose), verdict in said.items()
        if root == group.root.id
    }


def check_refusals(history: History) -> None:
    """Who refused is refused under every id she had then, whatever was merged or undone since."""
    refused = {at for at, (_, no) in history.refused.items() if no}
    roots: dict[str, str] = {home: history.crm.resolve(home) for home in HOMES}
    for (home, _, purpose), verdict in of_customers(history.crm, history).items():
        ids = [id_ for id_ in HOMES if roots[id_] == roots[home]]
        assert said_no(verdict) == any((id_, purpose) in refused for id_ in ids)


def said_no(verdict: Verdict) -> bool:
    """Whether the person said no, and not somebody else who holds an address of hers."""
    return not verdict.others and verdict.reasons[0].code == "person_refused"

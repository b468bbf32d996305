"""Contact: the verbs of consent, and of who may be contacted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.customers import ConsentState, ConsentStatement, Verdict, address_subject
from ecrm_core.kernel import ChangeSet, gate_text, utc
from ecrm_core.services import (
    Asked,
    address_of,
    may_contact_address,
    may_contact_customer,
    prepare_consent,
    prepare_refusal,
)

__all__ = ["ContactDrafts", "ContactVerbs"]


class ContactDrafts(Drafts):
    """The changing verbs of consent, each returning what it would write."""

    def consent(
        self,
        address: str,
        state: str | ConsentState,
        *,
        channel: str,
        purpose: str,
        by: str | None = None,
        source: str = "ecrm",
        double_opt_in: bool = False,
        confirmed_at: datetime | None = None,
        expires_at: datetime | None = None,
        night: bool = False,
        evidence: str | None = None,
        brand: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the statement about an address would write."""
        contact = address_of(address, channel, region=self.settings.region)
        statement = ConsentStatement(
            subject=address_subject(contact), channel=channel,
            purpose=purpose, state=ConsentState.of(state), at=self._now(now),
            source=gate_text(source), by=by, double_opt_in=double_opt_in,
            confirmed_at=confirmed_at and utc(confirmed_at),
            expires_at=expires_at and utc(expires_at), night=night, evidence=evidence,
            brand=_brand(brand),
        )  # fmt: skip
        return prepare_consent(self.store, statement)

    def refuse_contact(
        self, customer: Customer, *, purpose: str, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what the refusal of the whole person would write."""
        act = self._act(by, now)
        return prepare_refusal(self.store, customer, ConsentState.REFUSED, purpose, act=act)

    def lift_refusal(
        self, customer: Customer, *, purpose: str, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what taking such a refusal back would write."""
        act = self._act(by, now)
        return prepare_refusal(self.store, customer, ConsentState.GRANTED, purpose, act=act)


class ContactVerbs(Verbs):
    """Record consent and refusal; ask whether somebody may be contacted."""

    def consent(
        self,
        address: str,
        state: str | ConsentState,
        *,
        channel: str,
        purpose: str,
        by: str | None = None,
        source: str = "ecrm",
        double_opt_in: bool = False,
        confirmed_at: datetime | None = None,
        expires_at: datetime | None = None,
        night: bool = False,
        evidence: str | None = None,
        brand: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that somebody granted, refused or revoked contact at an address.

        ``state`` is granted, pending, refused or revoked; ``channel`` such as "email" or "sms";
        the other parts are those of ConsentStatement. Raises InputError for an unreadable address.
        """
        said: dict[str, Any] = {
            "channel": channel, "purpose": purpose, "by": by, "source": source, "night": night,
            "double_opt_in": double_opt_in, "confirmed_at": confirmed_at,
            "expires_at": expires_at, "evidence": evidence,
            **({} if brand is None else {"brand": brand}),
        }  # fmt: skip
        self._commit(
            lambda at: self.dry_run.consent(address, state, now=at, **said),
            # Who said it is in the statement; the audit, which cannot tell whose the address is,
            # could not take a name away with her.
            ["consent", address, state, *said.values()], key, now,
        )  # fmt: skip

    def refuse_contact(
        self,
        customer: Customer,
        *,
        purpose: str = "marketing",
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that the person wants none of this at all, whatever her addresses are."""
        self._commit(
            lambda at: self.dry_run.refuse_contact(customer, purpose=purpose, by=by, now=at),
            ["refuse_contact", str(customer), purpose, by], key, now, by=by,
        )  # fmt: skip

    def lift_refusal(
        self,
        customer: Customer,
        *,
        purpose: str = "marketing",
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that the person takes such a refusal back; what her addresses say counts again."""
        self._commit(
            lambda at: self.dry_run.lift_refusal(customer, purpose=purpose, by=by, now=at),
            ["lift_refusal", str(customer), purpose, by], key, now, by=by,
        )  # fmt: skip

    def may_contact(
        self,
        customer: Customer,
        channel: str,
        purpose: str,
        *,
        at: datetime | None = None,
        night: bool = False,
        brand: str | None = None,
    ) -> Verdict:
        """Tell whether some address of the customer may be written to, and why or why not.

        ``brand``: by this shop of the account, to which a grant to another is none. Without it the
        answer is for the account: no where any brand was refused (see ``decide_contact``).
        """
        asked = self._asked(channel, purpose, at, night=night, brand=brand)
        return may_contact_customer(self.store, customer, asked)

    def may_contact_address(
        self,
        address: str,
        channel: str,
        purpose: str,
        *,
        at: datetime | None = None,
        night: bool = False,
        brand: str | None = None,
    ) -> Verdict:
        """Tell whether this very address may be written to, and why or why not.

        ``brand`` as in ``may_contact``.
        """
        contact = address_of(address, channel, region=self._settings.region)
        asked = self._asked(channel, purpose, at, night=night, brand=brand)
        return may_contact_address(self.store, contact, asked)

    def _asked(
        self, channel: str, purpose: str, at: datetime | None, *, night: bool, brand: str | None
    ) -> Asked:
        return Asked(
            channel=channel, purpose=purpose, at=self._now(at), night=night, brand=_brand(brand),
            secret=self._settings.secret,
        )  # fmt: skip


def _brand(value: str | None) -> str | None:
    return None if value is None else gate_text(value, "$.brand", limit=200) or None

"""Customers: what sources state about people, and the single view of each."""

from ecrm_core.customers.address import Address, parse_country
from ecrm_core.customers.attributes import (
    Attribute,
    AttributeSchema,
    AttributeType,
    AttributeValue,
)
from ecrm_core.customers.consent import (
    ANY_CHANNEL,
    CONSENTS,
    ConsentState,
    ConsentStatement,
    address_subject,
    channel_kinds,
    person_subject,
)
from ecrm_core.customers.contact import (
    ContactKind,
    ContactPoint,
    Verification,
    VerificationState,
    parse_email,
    parse_handle,
)
from ecrm_core.customers.correct import (
    Ruling,
    accept_value,
    decide_correct,
    decide_corrections,
)
from ecrm_core.customers.correction import CORRECTIONS, Correction, in_order
from ecrm_core.customers.fieldmap import FieldMap
from ecrm_core.customers.fields import FIELDS, Field, FieldValue, field_of
from ecrm_core.customers.history import (
    HISTORY,
    Superseded,
    conflicting_statements,
    standing_conflicts,
    superseded,
)
from ecrm_core.customers.home import HOMES, Group, Home
from ecrm_core.customers.intake import (
    bumped,
    decide_records,
    decide_statements,
    given_way,
    ids_of,
    new_group,
    rewritten,
)
from ecrm_core.customers.keys import (
    MAX_NAME_KEY,
    SEARCH_KEYS,
    MatchKey,
    SearchKey,
    SourceKey,
    home_id,
)
from ecrm_core.customers.korean import (
    hangul_families,
    latin_families,
    latin_sounds,
    romanised,
    split_hangul,
)
from ecrm_core.customers.match_keys import MATCH_KEYSET, match_keys
from ecrm_core.customers.names import (
    NameOrder,
    PersonName,
    compose_name,
    name_key,
    name_search_keys,
    parse_name,
)
from ecrm_core.customers.organisation import OrganisationName
from ecrm_core.customers.phone import calling_code, parse_phone, phone_type
from ecrm_core.customers.policy import POLICIES, Rule, SurvivorshipPolicy
from ecrm_core.customers.profile import PROFILES, Profile, Sourced
from ecrm_core.customers.record import (
    CLEARED,
    RECORDS,
    Cleared,
    SourceRecord,
    Stated,
    cell_digest,
    join,
)
from ecrm_core.customers.relation import Relation, RelationKind
from ecrm_core.customers.roles import ROLES, Role, role_of
from ecrm_core.customers.search import KEYSET, address_keys, record_keys, search_keys
from ecrm_core.customers.show import profile_rows, provenance, show_value
from ecrm_core.customers.slips import one_slip
from ecrm_core.customers.tombstone import (
    ERASED,
    SECRET_MARK,
    TOMBSTONES,
    Tombstone,
    check_secret,
    erased_subject,
    secret_mark,
    tombstone_id,
)
from ecrm_core.customers.typed_keys import TYPED_KEYSET, typed_forms, typed_keys
from ecrm_core.customers.unify import Choice, choose_fields, unify
from ecrm_core.customers.unmatched import UNMATCHED, Unmatched, marked
from ecrm_core.customers.verdict import Verdict, decide_contact, decide_contact_at_any

__all__ = [
    "ANY_CHANNEL",
    "CLEARED",
    "CONSENTS",
    "CORRECTIONS",
    "ERASED",
    "FIELDS",
    "HISTORY",
    "HOMES",
    "KEYSET",
    "MATCH_KEYSET",
    "MAX_NAME_KEY",
    "POLICIES",
    "PROFILES",
    "RECORDS",
    "ROLES",
    "SEARCH_KEYS",
    "SECRET_MARK",
    "TOMBSTONES",
    "TYPED_KEYSET",
    "UNMATCHED",
    "Address",
    "Attribute",
    "AttributeSchema",
    "AttributeType",
    "AttributeValue",
    "Choice",
    "Cleared",
    "ConsentState",
    "ConsentStatement",
    "ContactKind",
    "ContactPoint",
    "Correction",
    "Field",
    "FieldMap",
    "FieldValue",
    "Group",
    "Home",
    "MatchKey",
    "NameOrder",
    "OrganisationName",
    "PersonName",
    "Profile",
    "Relation",
    "RelationKind",
    "Role",
    "Rule",
    "Ruling",
    "SearchKey",
    "SourceKey",
    "SourceRecord",
    "Sourced",
    "Stated",
    "Superseded",
    "SurvivorshipPolicy",
    "Tombstone",
    "Unmatched",
    "Verdict",
    "Verification",
    "VerificationState",
    "accept_value",
    "address_keys",
    "address_subject",
    "bumped",
    "calling_code",
    "cell_digest",
    "channel_kinds",
    "check_secret",
    "choose_fields",
    "compose_name",
    "conflicting_statements",
    "decide_contact",
    "decide_contact_at_any",
    "decide_correct",
    "decide_corrections",
    "decide_records",
    "decide_statements",
    "erased_subject",
    "field_of",
    "given_way",
    "hangul_families",
    "home_id",
    "ids_of",
    "in_order",
    "join",
    "latin_families",
    "latin_sounds",
    "marked",
    "match_keys",
    "name_key",
    "name_search_keys",
    "new_group",
    "one_slip",
    "parse_country",
    "parse_email",
    "parse_handle",
    "parse_name",
    "parse_phone",
    "person_subject",
    "phone_type",
    "profile_rows",
    "provenance",
    "record_keys",
    "rewritten",
    "role_of",
    "romanised",
    "search_keys",
    "secret_mark",
    "show_value",
    "split_hangul",
    "standing_conflicts",
    "superseded",
    "tombstone_id",
    "typed_forms",
    "typed_keys",
    "unify",
]

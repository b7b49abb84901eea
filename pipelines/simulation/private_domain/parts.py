"""All of the private domain of one block: draw it, write its files, state what is true."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.private_domain import (
    cards,
    contact_events,
    contact_files,
    contacts,
    group_files,
    groups,
    guides,
    mass_sends,
    newsletter,
    official_account,
    outreach,
    outreach_files,
    parcel_cards,
    referrals,
    shop_customers,
    store_visits,
)
from pipelines.simulation.private_domain.campaigns import Calendar


def write(block: Block) -> None:
    """Write every private-domain file of a block; see the modules for what each one shows."""
    calendar = Calendar(block.world.period)
    staff = guides.simulate_guides(block.rng("guides"), block.world.period, block.number)
    guides.deliver_guides(block, staff)
    relations = _write_wecom(block, staff, calendar)
    _write_followers(block)
    members = _write_cards(block, staff)
    _write_shop_customers(block)
    _write_outreach(block, calendar, members, relations)
    _write_parcel_cards(block, relations)
    _write_visits(block, staff, members)
    _write_referrals(block, members)


def _write_wecom(block: Block, staff: guides.Guides, calendar: Calendar) -> pl.DataFrame:
    relations = contacts.simulate_contacts(block, block.rng("wecom_contacts"), staff, calendar)
    contact_files.deliver_contacts(block, staff, relations)
    contact_files.deliver_customer_list(block, staff, relations)
    contact_events.deliver_events(block, block.rng("wecom_events"), staff, relations)
    contact_files.deliver_links(block, staff, relations)
    rng = block.rng("wecom_statistics")
    statistics = contact_events.simulate_statistics(block, rng, relations)
    contact_events.deliver_statistics(block, staff, statistics)
    contact_events.state_statistics(block, statistics)
    contacts.state_contacts(block, staff, relations)
    chats = groups.simulate_groups(block, block.rng("wecom_groups"), relations, calendar)
    group_files.deliver_groups(block, staff, chats)
    groups.state_groups(block, chats)
    rng = block.rng("wecom_mass_sends")
    sends = mass_sends.simulate_mass_sends(rng, staff, relations, chats, calendar)
    mass_sends.deliver_mass_sends(block, sends)
    mass_sends.state_mass_sends(block, sends)
    return relations


def _write_followers(block: Block) -> None:
    followers = official_account.simulate_followers(block, block.rng("followers"))
    official_account.deliver_followers(block, followers)
    official_account.state_followers(block, followers)


def _write_cards(block: Block, staff: guides.Guides) -> pl.DataFrame:
    members = cards.simulate_cards(block, block.rng("cards"))
    cards.deliver_cards(block, staff, members)
    cards.state_cards(block, members)
    return members


def _write_shop_customers(block: Block) -> None:
    customers = shop_customers.simulate_shop_customers(block, block.rng("shop_customers"))
    shop_customers.deliver_shop_customers(block, customers)
    shop_customers.state_shop_customers(block, customers)


def _write_outreach(
    block: Block, calendar: Calendar, members: pl.DataFrame, relations: pl.DataFrame
) -> None:
    sms = outreach.simulate_sms(block, block.rng("sms"), calendar, members)
    outreach_files.claim_outreach(block, sms, "sms")
    calls = outreach.simulate_calls(block, block.rng("calls"), calendar, members, relations)
    outreach_files.claim_outreach(block, calls, "ai_call")
    emails = outreach.simulate_emails(block, block.rng("emails"), calendar)
    outreach_files.claim_outreach(block, emails, "email")
    outreach_files.deliver_sms(block, sms)
    outreach_files.deliver_calls(block, calls)
    outreach_files.deliver_emails(block, emails)
    outreach_files.state_outreach(block, sms, calls, emails)
    profiles = newsletter.simulate_profiles(block, block.rng("newsletter"), emails)
    newsletter.deliver_profiles(block, profiles)
    newsletter.state_profiles(block, profiles)


def _write_parcel_cards(block: Block, relations: pl.DataFrame) -> None:
    scans = parcel_cards.simulate_scans(block, block.rng("parcel_cards"), relations)
    parcel_cards.deliver_scans(block, scans)
    parcel_cards.state_scans(block, scans)


def _write_visits(block: Block, staff: guides.Guides, members: pl.DataFrame) -> None:
    visits = store_visits.simulate_visits(block, block.rng("store_visits"), members)
    store_visits.deliver_visits(block, staff, visits)
    store_visits.state_visits(block, visits)


def _write_referrals(block: Block, members: pl.DataFrame) -> None:
    invitations = referrals.simulate_referrals(block, block.rng("referrals"), members)
    referrals.deliver_referrals(block, invitations)
    referrals.state_referrals(block, invitations)

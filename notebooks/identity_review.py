"""Who is who (OneID 复核): how identifiers became customers, and which customers to look at."""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Identity review OneID 复核")


@app.cell
def _():
    import altair as alt
    import marimo as mo

    import siyu

    return alt, mo, siyu


@app.cell
def _(mo, siyu):
    snapshot = siyu.connect(follow=False)
    quality = snapshot.polars("select * from marts.rpt_identity_quality").row(0, named=True)
    mo.md(f"""
    # Who is who? OneID 复核

    Version **{snapshot.version}**. {quality["identifiers"]:,} identifiers (标识) belong to
    **{quality["customers"]:,} customers** (客户), at most
    {quality["largest_customer_identifiers"]:,} to one. Of {quality["edges"]:,} pieces of evidence
    {quality["used_edges"]:,} were used and {quality["refused_edges"]:,} refused: by a limit, by a
    decision, or because several people use the identifier.

    Ask why with `siyu why ID [ID]`; correct with `siyu merge`, `siyu split`, `siyu block`: each
    shows what would change before it does anything.
    """)
    return quality, snapshot


@app.cell
def _(alt, mo, snapshot):
    held = snapshot.polars("""
        with held as (
            select customer_id, count(distinct identifier_id) as identifiers
            from customer_center.customer_identifiers
            where customer_id is not null
            group by customer_id
        )
        select identifiers, count(*) as customers from held group by all order by all
    """)
    held_chart = (
        alt.Chart(held)
        .mark_bar()
        .encode(
            x=alt.X("identifiers:O", title="Identifiers held 持有标识数"),
            y=alt.Y("customers:Q", title="Customers 客户数"),
            tooltip=["identifiers", "customers"],
        )
        .properties(width=460, height=240)
    )
    mo.vstack([mo.md("## How much is known of a person 每位客户的标识数"), held_chart])
    return (held,)


@app.cell
def _(alt, mo, snapshot):
    rates = snapshot.polars("""
        select fact, source, facts, identified_facts, match_rate
        from marts.rpt_identity_match_rates
        order by fact, source
    """)
    rate_chart = (
        alt.Chart(rates)
        .mark_bar()
        .encode(
            y=alt.Y("source:N", title=None),
            x=alt.X("match_rate:Q", title="Matched 匹配率", axis=alt.Axis(format=".0%")),
            row=alt.Row("fact:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
            tooltip=[
                *("fact", "source", "facts", "identified_facts"),
                alt.Tooltip("match_rate", format=".1%"),
            ],
        )
        .properties(width=420)
        .resolve_scale(y="independent")
    )
    mo.vstack(
        [
            mo.md("""
            ## Which facts find their customer 各来源匹配率

            A marketplace that masks its buyers stays low by nature; a source that falls from one
            day to the next has changed its export.
            """),
            rate_chart,
        ]
    )
    return (rates,)


@app.cell
def _(mo, snapshot):
    suspects = snapshot.polars("""
        select customer_id, count(*) as identifiers,
            count(distinct identifier_type) as identifier_types,
            cast(sum(refused_links) as bigint) as refused_links,
            bool_or(is_ambiguous) as has_ambiguous
        from customer_center.customer_identifiers
        where customer_id is not null
        group by customer_id
        order by refused_links desc, identifiers desc, customer_id
        limit 20
    """)
    mo.vstack(
        [
            mo.md("""
            ## Twenty customers to look at 建议复核的客户

            Most refused links first: evidence wanted to join them to somebody else and was not
            allowed to. `siyu why` with the customer's number shows it.
            """),
            mo.ui.table(suspects, selection=None),
        ]
    )
    return (suspects,)


if __name__ == "__main__":
    app.run()

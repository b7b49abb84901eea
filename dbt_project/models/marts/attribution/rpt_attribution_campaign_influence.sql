{{ attribution_influence(by_campaign=true) }}

{{ attribution_influence(by_campaign=false) }}

"""Attribution that SQL states badly, and the explanation of a credited order.

Removal effects of Markov chains (`markov`) and Shapley values (`shapley`) start from small
aggregates that SQL makes of the touch sequence and give back one row per channel or per set of
channels; `tables` is what dbt's models call.
"""

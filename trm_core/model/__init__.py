"""The networks: TRM with attention, token-mixing MLP or relations, and HRM.

`config` can be read without torch; everything else here needs it.
"""

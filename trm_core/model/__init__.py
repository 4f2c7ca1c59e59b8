"""The networks: TRM with attention or token-mixing MLP, and HRM.

`config` can be read without torch; everything else here needs it.
"""

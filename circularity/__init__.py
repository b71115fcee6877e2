"""Circularity: packaging ratios, e-waste, goals and material circularity, as pure functions over small frozen types.

The definitions, each with its id and formula, stand in `docs/circularity.md`. The models of what people log are here too; the
journal that keeps them is `records`, which this package knows only as something that can add up (`lca.ledger`).
"""

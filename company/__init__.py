"""The company's own account: emissions by scope, intensities, targets, suppliers. Pure functions over small frozen types.

Mass of greenhouse gases is in tonnes CO2e (`co2e_t`), electricity in kWh, shares from 0 to 1, money in the unit that is
named. The pydantic models are the contents of journal entries (`records/kinds.py`); the dataclasses are what is computed.
"""

"""Carrying out a plan, and nothing but the plan. One module for each kind of action."""

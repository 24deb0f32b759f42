"""Breaks a running system in every way that it must survive, and checks after each that nothing came of it."""

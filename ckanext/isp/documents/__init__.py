"""Protocols as documents: read, checked, compiled into the core's terms, written. No CKAN here."""

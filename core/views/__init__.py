"""Views: read models, one file per screen or number. They decide nothing and speak no language."""

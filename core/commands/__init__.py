"""Everything that may be done, as data. Together with core/events this is the product's table of contents."""

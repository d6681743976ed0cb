"""Cards: a notice becomes words and buttons when it is sent, for its reader's language and rights."""

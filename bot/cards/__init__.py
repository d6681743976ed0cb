"""Cards: a notice becomes words and buttons at the moment when it is sent, for its reader's language, rights and channel."""

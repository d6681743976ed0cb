"""The upload page: files by a signed link, for chats that cannot take them."""

"""Every sentence that the bot itself says, in both languages."""

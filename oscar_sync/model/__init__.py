"""The nouns everybody speaks in. This floor imports nothing of ours and touches nothing outside."""

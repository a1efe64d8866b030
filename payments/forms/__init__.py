"""What customers write; manners only, the verbs hold the rules."""

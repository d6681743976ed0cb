"""Staff: members, departments, roles and what a role may do."""

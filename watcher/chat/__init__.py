"""What people say in Slack: clicks on buttons and `/watcher`, read, answered, and heard by socket or by HTTP."""

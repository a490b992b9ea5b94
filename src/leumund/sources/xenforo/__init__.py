"""XenForo 2.0 to 2.3."""

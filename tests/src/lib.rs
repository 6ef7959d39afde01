//! Workspace tests; see the integration tests beside this folder.

//! The configuration of a service's document: `document.yaml` in the service's spec folder.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::layout::Layout;

/// The name of the file in a spec folder.
pub const FILE: &str = "document.yaml";

/// The content of `document.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// File name of the document.
    pub document: String,
    /// Its title, in English.
    pub title: String,
    /// Its edition, as printed.
    pub edition: String,
    /// Its layout.
    pub layout: Layout,
    /// The arrangement of its sections on operations.
    pub calls: Calls,
    /// Numbers of the sections that describe operations (`4` is chapter 4 with everything below it). None: the whole
    /// document is the section of one operation.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Sections below those that look like operations and are not.
    #[serde(default)]
    pub except: Vec<String>,
    /// Further sections of an operation's section: `{"3.1": ["3.3"]}`.
    #[serde(default)]
    pub continued: BTreeMap<String, Vec<String>>,
    /// Sections that describe a type for several operations, each with the name of its schema: `{"3.4": Address}`.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Numbers of the sections with tables of endpoints, error codes, permissions or states.
    #[serde(default)]
    pub appendices: Vec<String>,
}

/// The form of calls, which determines the meaning of a section's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calls {
    /// By method and path, with tables for path, query, header and body.
    Rest,
    /// By a parameter `Action`, with one table of parameters and one of response fields.
    Rpc,
}

/// An error of a `document.yaml`.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The content is invalid.
    #[error("{path}: {source}")]
    Yaml {
        /// The file.
        path: PathBuf,
        /// The reason, with line and column.
        source: serde_yaml::Error,
    },
}

impl Config {
    /// Reads the `document.yaml` of a spec folder.
    ///
    /// # Errors
    /// If it cannot be read, has an unknown key, or lacks a required one.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Io { path: path.clone(), source })?;
        serde_yaml::from_str(&text).map_err(|source| ConfigError::Yaml { path, source })
    }
}

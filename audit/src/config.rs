//! Which document a service is described in, and where in it: `document.yaml` in the service's spec folder.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::layout::Layout;

/// The name of the file in a spec folder.
pub const FILE: &str = "document.yaml";

/// What `document.yaml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// File name of the document.
    pub document: String,
    /// Its title, in English.
    pub title: String,
    /// Its edition, as it states it.
    pub edition: String,
    /// How it is laid out.
    pub layout: Layout,
    /// How its sections of operations are arranged.
    pub calls: Calls,
    /// Numbers of the sections under which operations are described (`4` is chapter 4 with all below it). None: the
    /// document as a whole is the section of one operation.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Sections under those that describe no operation, though they look like it.
    #[serde(default)]
    pub except: Vec<String>,
    /// Further sections of an operation's section: `{"3.1": ["3.3"]}`.
    #[serde(default)]
    pub continued: BTreeMap<String, Vec<String>>,
    /// Numbers of the sections with tables of endpoints, error codes, permissions or states.
    #[serde(default)]
    pub appendices: Vec<String>,
}

/// How operations are called, which decides what of a section means what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calls {
    /// By method and path, with tables for path, query, header and body.
    Rest,
    /// By a parameter `Action`, with one table of parameters and one of the answer's fields.
    Rpc,
}

/// Why a `document.yaml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not say what it has to.
    #[error("{path}: {source}")]
    Yaml {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        source: serde_yaml::Error,
    },
}

impl Config {
    /// Reads the `document.yaml` of a spec folder.
    ///
    /// # Errors
    /// If it cannot be read, or has a key that there is not, or lacks one.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Io { path: path.clone(), source })?;
        serde_yaml::from_str(&text).map_err(|source| ConfigError::Yaml { path, source })
    }
}

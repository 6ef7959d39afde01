//! Where the texts of inputs come from: words, files, or the standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context as _, anyhow};
use serde_json::Value;

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Text(String),
    File(PathBuf),
    Stdin,
}

impl Source {
    /// `@file`, `-` for the standard input, or the text itself; `@@` begins a text with `@`.
    pub fn of(word: &str) -> Self {
        match word.strip_prefix('@') {
            Some(rest) if rest.starts_with('@') => Self::Text(rest.to_owned()),
            Some(path) => Self::File(path.into()),
            None if word == "-" => Self::Stdin,
            None => Self::Text(word.to_owned()),
        }
    }

    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::File(path) => fs::read(path).map_err(|error| unreadable(path, &error)),
            Self::Stdin => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).context("cannot read the standard input")?;
                Ok(bytes)
            }
        }
    }

    /// Whether the file can be opened, before it is sent.
    pub fn check(&self) -> anyhow::Result<()> {
        let Self::File(path) = self else { return Ok(()) };
        let is_folder = fs::metadata(path).map(|found| found.is_dir());
        match fs::File::open(path).and(is_folder) {
            Ok(false) => Ok(()),
            Ok(true) => Err(unreadable(path, &io::ErrorKind::IsADirectory.into())),
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    /// The value that is written in JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| {
            let at = match self {
                Self::File(path) => path.display().to_string(),
                Self::Stdin => "the standard input".to_owned(),
                Self::Text(_) => "--body".to_owned(),
            };
            anyhow!("{at}:{}:{}: this is not JSON: {}", error.line(), error.column(), mistake(&error, &text))
        })
    }

    /// The text, without the line end that editors put at the end of a file.
    pub fn text(&self) -> anyhow::Result<String> {
        let text = String::from_utf8(self.bytes()?).map_err(|_| anyhow!("{self} is not UTF-8"))?;
        let line = text.strip_suffix('\n').map(|it| it.strip_suffix('\r').unwrap_or(it));
        Ok(line.map_or(text.clone(), str::to_owned))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("--body"),
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Stdin => f.write_str("the standard input"),
        }
    }
}

/// Why a file cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> anyhow::Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    anyhow!("cannot read `{}`: {why}", path.display())
}

/// What is wrong with a text in JSON, for users who do not know the parser.
pub(super) fn mistake(error: &serde_json::Error, text: &str) -> String {
    let found = || {
        let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        line.as_bytes().get(error.column().saturating_sub(1)).map(|byte| char::from(*byte)).unwrap_or(' ')
    };
    let message = error.to_string();
    match message.split(" at line ").next().unwrap_or(&message) {
        _ if text.trim().is_empty() => "it is empty".to_owned(),
        _ if error.is_eof() => "it ends too early".to_owned(),
        "key must be a string" if found() == '\'' => "write names in double quotes".to_owned(),
        "key must be a string" => "write the name of a field in double quotes".to_owned(),
        "trailing comma" => "remove the comma before the bracket".to_owned(),
        "trailing characters" => "there is text after the value".to_owned(),
        "expected value" | "expected ident" => {
            "expected a value: a text in double quotes, a number, true, false, null, `[` or `{`".to_owned()
        }
        "expected `,` or `}`" => "expected `,` or `}` after the value of a field".to_owned(),
        "expected `,` or `]`" => "expected `,` or `]` after an element".to_owned(),
        "expected `:`" => "expected `:` after the name of a field".to_owned(),
        other => other.to_owned(),
    }
}

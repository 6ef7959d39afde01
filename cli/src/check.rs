//! `yundb check`: a document's diagnostics.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use yundb_generator::{Diagnostics, Lowered, lowered};

use crate::choose::Choose;
use crate::print::{self, counted, print_json};
use crate::progress;

#[derive(Args)]
pub(crate) struct Check {
    /// The document: a file, or a folder with an openapi.yaml.
    spec: PathBuf,
    #[command(flatten)]
    choose: Choose,
    /// Turn warnings into errors.
    #[arg(long)]
    strict: bool,
    /// Output format: text with the lines in question, a list as JSON, or SARIF for code hosts.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
}

impl Check {
    /// Returns whether there are no errors.
    pub fn run(&self) -> anyhow::Result<bool> {
        let (found, summary) = self.diagnostics();
        match self.format {
            Format::Json => print_json(&print::to_json(&found))?,
            Format::Sarif => print_json(&print::to_sarif(&found))?,
            Format::Human => {
                print::diagnostics(&found)?;
                let spec = self.spec.display();
                let (errors, warnings) = (counted(found.errors(), "error"), counted(found.warnings(), "warning"));
                writeln!(io::stdout(), "{spec}: {errors}, {warnings}{summary}")?;
            }
        }
        Ok(!found.has_errors())
    }

    fn diagnostics(&self) -> (Diagnostics, String) {
        let settings = match self.choose.settings(&self.spec) {
            Ok(settings) => settings,
            Err(found) => return (found, String::new()),
        };
        let mut found = Diagnostics::new();
        let lowered =
            progress::shown(&self.spec, || lowered(&self.spec, "client", "client", &settings.choices, &mut found));
        if self.strict {
            found.deny_warnings();
        }
        let left_out = lowered.map(|Lowered { account, .. }| account.summary()).filter(|kinds| !kinds.is_empty());
        (found, left_out.map(|kinds| format!("; left out: {kinds}")).unwrap_or_default())
    }
}

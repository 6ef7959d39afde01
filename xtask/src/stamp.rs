//! What `codegen` need not do again: services whose spec, client and generator are those of a run that had nothing to
//! change or report.
//!
//! A stamp is a hash of all files of both folders and of this program. It is kept beside the program, so each build has
//! its own, and `cargo clean` removes them. A missing or damaged one costs a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// The state of a service's files.
pub struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    /// The present state. None if something can't be read.
    pub fn of(service: &str, spec: &Path, out: &Path) -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let built = program.metadata().ok()?;
        let mut hash = Sha256::new();
        hash.update(format!("{} {:?}", built.len(), built.modified().ok()?));
        Self::with(&program.parent()?.join("codegen").join(service), hash, &[spec, out]).ok()
    }

    /// The state of folders, kept in `file`.
    fn with(file: &Path, mut hash: Sha256, folders: &[&Path]) -> io::Result<Self> {
        let mut files = Vec::new();
        folders.iter().try_for_each(|folder| list(folder, &mut files))?;
        files.sort_unstable();
        let hashes: Vec<_> = files.par_iter().map(|file| Ok(Sha256::digest(fs::read(file)?))).collect::<io::Result<_>>()?;
        for (file, content) in files.iter().zip(hashes) {
            let name = file.as_os_str().as_encoded_bytes();
            hash.update(name.len().to_le_bytes());
            hash.update(name);
            hash.update(content);
        }
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { file: file.to_owned(), hash })
    }

    /// The words kept with this stamp, if the last one kept is the same.
    pub fn kept(&self) -> Option<String> {
        let kept = fs::read_to_string(&self.file).ok()?;
        let (hash, words) = kept.strip_suffix('\n')?.split_once('\n')?;
        (hash == self.hash).then(|| words.to_owned())
    }

    /// Keeps the stamp with one line of words. If that fails, the next run does the work again.
    pub fn keep(&self, words: &str) {
        if let Some(folder) = self.file.parent() {
            let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&self.file, format!("{}\n{words}\n", self.hash)));
        }
    }
}

/// Adds the files below a folder, which need not exist.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}

//! What `codegen` need not do again: a service whose spec, client and generator are those of a run that had nothing to
//! change or report.
//!
//! A stamp is a hash of all files of both folders, and of this program's size and time. Stamps are kept beside the
//! program: each build has its own, and `cargo clean` removes them. A missing or damaged one costs a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

/// The state of a service's files.
pub struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    /// The present state. None if something can't be read.
    pub fn of(service: &str, spec: &Path, out: &Path) -> Option<Self> {
        std::env::current_exe().and_then(|program| Self::with(&program, service, &[spec, out])).ok()
    }

    fn with(program: &Path, service: &str, folders: &[&Path]) -> io::Result<Self> {
        let mut files = Vec::new();
        folders.iter().try_for_each(|folder| list(folder, &mut files))?;
        files.sort_unstable();
        let hashes = files.par_iter().map(|file| Ok(Sha256::digest(fs::read(file)?)));
        let hashes: Vec<_> = hashes.collect::<io::Result<_>>()?;
        let built = program.metadata()?;
        let mut hash = Sha256::new();
        hash.update(format!("{} {:?}", built.len(), built.modified()?));
        for (file, content) in files.iter().zip(hashes) {
            let name = file.as_os_str().as_encoded_bytes();
            hash.update(name.len().to_le_bytes());
            hash.update(name);
            hash.update(content);
        }
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { file: program.with_file_name("codegen").join(service), hash })
    }

    /// The words kept with this state, if it is the last one kept.
    pub fn kept(&self) -> Option<String> {
        let kept = fs::read_to_string(&self.file).ok()?;
        let (hash, words) = kept.strip_suffix('\n')?.split_once('\n')?;
        (hash == self.hash).then(|| words.to_owned())
    }

    /// Keeps this state with a line of words. If that fails, the next run does the work again.
    pub fn keep(&self, words: &str) {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&self.file, format!("{}\n{words}\n", self.hash)));
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// A program, a spec and a client.
    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Self {
            let files = Self(tempfile::tempdir().unwrap());
            for (path, text) in [
                ("program", "built once"),
                ("spec/openapi.yaml", "openapi: 3.0.3"),
                ("spec/yundb.toml", "name = \"a\""),
                ("client/Cargo.toml", "[package]"),
                ("client/src/lib.rs", "mod client;"),
            ] {
                files.write(path, text);
            }
            files
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn stamp(&self) -> Stamp {
            let [program, spec, client] = ["program", "spec", "client"].map(|name| self.0.path().join(name));
            Stamp::with(&program, "service", &[&spec, &client]).unwrap()
        }
    }

    #[test]
    fn only_the_same_state_has_a_stamp() {
        type Change = fn(&Files);
        let changes: [(&str, Change); 8] = [
            ("a file of the spec", |files| files.write("spec/openapi.yaml", "openapi: 3.0.4")),
            ("a setting", |files| files.write("spec/yundb.toml", "name = \"b\"")),
            ("a new file of the spec", |files| files.write("spec/guide/errors.md", "# Errors")),
            ("a generated file, edited", |files| files.write("client/src/lib.rs", "mod client ;")),
            ("a generated file, removed", |files| fs::remove_file(files.0.path().join("client/src/lib.rs")).unwrap()),
            ("a generated file, moved", |files| {
                let [from, to] = ["client/src/lib.rs", "client/src/main.rs"].map(|path| files.0.path().join(path));
                fs::rename(from, to).unwrap();
            }),
            ("a file of one's own", |files| files.write("client/src/own.rs", "")),
            ("another build of the program", |files| files.write("program", "built again")),
        ];
        for (what, change) in changes {
            let files = Files::new();
            assert_eq!(files.stamp().kept(), None, "nothing was kept yet");
            files.stamp().keep("2 operations");
            assert_eq!(files.stamp().kept().as_deref(), Some("2 operations"));
            change(&files);
            assert_eq!(files.stamp().kept(), None, "{what}");
        }
    }

    #[test]
    fn a_damaged_stamp_is_none() {
        let files = Files::new();
        files.stamp().keep("2 operations");
        let kept = fs::read_to_string(&files.stamp().file).unwrap();
        fs::write(&files.stamp().file, &kept[..kept.len() - 3]).unwrap();
        assert_eq!(files.stamp().kept(), None);
    }
}

//! What a process uses.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use wait4::Wait4 as _;
use yundb_conform::report::shortened;

/// The resources of a process and of those that it started and waited for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Of all threads, in user and system mode.
    pub cpu: Duration,
    pub wall: Duration,
    /// The peak, in bytes. On Linux it is never below that of this process, which must stay small for that reason.
    pub memory: u64,
}

impl Usage {
    pub fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3
    }

    pub fn wall_ms(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }

    pub fn mib(&self) -> f64 {
        self.memory as f64 / f64::from(1 << 20)
    }
}

/// Runs a program without input.
pub fn measured(command: &mut Command) -> anyhow::Result<Usage> {
    let name = command.get_program().to_string_lossy().into_owned();
    // A pipe would have to be emptied while the process runs.
    let output = tempfile::tempfile()?;
    let (usage, status) = waited(command, &output).with_context(|| format!("`{name}`"))?;
    if !status.success() {
        bail!("{}", message(&text(output)?));
    }
    Ok(usage)
}

fn waited(command: &mut Command, output: &File) -> io::Result<(Usage, ExitStatus)> {
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output.try_clone()?).env("NO_COLOR", "1");
    command.env("RUST_BACKTRACE", "0");
    let start = Instant::now();
    let used = command.spawn()?.wait4()?;
    let usage = Usage { cpu: used.rusage.utime + used.rusage.stime, wall: start.elapsed(), memory: used.rusage.maxrss };
    Ok((usage, used.status))
}

fn text(mut file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The error in the output of a program, on one line, without the paths of this machine.
pub fn message(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_error = |line: &&str| {
        let line = line.to_lowercase();
        ["error", "panicked", "exception"].iter().any(|word| line.contains(word))
    };
    let first = lines.iter().position(is_error).unwrap_or(lines.len().saturating_sub(1));
    let words = lines.iter().skip(first).take(3).flat_map(|line| line.split_whitespace());
    let is_separator = |c: char| c == '/' || c == '\\';
    // Of an absolute path or a URL, the last part remains.
    let without_folder = |word: &str| {
        let starts = word.match_indices(is_separator).map(|(at, _)| word.split_at(at));
        let start = starts.map(|(before, _)| before).find(|before| !before.ends_with(char::is_alphanumeric));
        let name = word.rsplit(is_separator).next().unwrap_or_default();
        start.map_or_else(|| word.to_owned(), |before| format!("{before}{name}"))
    };
    let line = words.map(without_folder).collect::<Vec<_>>().join(" ");
    if line.is_empty() { "it failed without a message".to_owned() } else { shortened(&line) }
}

/// Runs of more CPU time than this are not repeated: they vary little.
const LONG: Duration = Duration::from_secs(10);

/// The best of some runs for each subject, by CPU time. The subjects take turns, so the state of the machine is the same
/// for all.
pub fn best<T>(
    runs: usize,
    subjects: &[T],
    mut run: impl FnMut(&T) -> anyhow::Result<Usage>,
) -> Vec<anyhow::Result<Usage>> {
    let mut found: Vec<_> = subjects.iter().map(&mut run).collect();
    for _ in 1..runs {
        for (subject, found) in subjects.iter().zip(&mut found) {
            let Ok(best) = found else { continue };
            if best.cpu > LONG {
                continue;
            }
            match run(subject) {
                Ok(usage) if usage.cpu < best.cpu => *best = usage,
                Ok(_) => {}
                Err(error) => *found = Err(error),
            }
        }
    }
    found
}

/// Cores, processor and memory of this machine.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let memory = memory.map(|kib| format!(", {:.0} GiB", kib / f64::from(1 << 20))).unwrap_or_default();
    format!("{cores} cores of {model}{memory}")
}

/// The number of processes that ran or waited to run in the last minute.
pub fn load() -> Option<String> {
    Some(fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.to_owned())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim()));
    value.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_short_and_have_no_folders() {
        let table = [
            ("reading\nerror: `/home/me/a/b.json` is not valid\n", "error: `b.json` is not valid"),
            ("thread 'main' panicked at /home/me/src/lib.rs:12:3:\nno\n", "thread 'main' panicked at lib.rs:12:3: no"),
            ("first\n\nlast and/or least\n\n", "last and/or least"),
            ("error: no `https://example.com/a/b` for --out=/c/d", "error: no `https:b` for --out=d"),
            ("", "it failed without a message"),
        ];
        for (output, expected) in table {
            assert_eq!(message(output), expected);
        }
    }

    #[test]
    fn failures_have_the_message_of_the_program() {
        let failed = measured(Command::new(std::env::current_exe().unwrap()).arg("--no-such-option"));
        assert!(failed.unwrap_err().to_string().contains("no-such-option"));
    }

    #[test]
    fn the_best_run_counts_and_a_failure_stays() -> anyhow::Result<()> {
        let mut times = [5, 9, 3, 7].into_iter();
        let found = best(3, &[true, false], |works| {
            anyhow::ensure!(*works, "it failed");
            let cpu = Duration::from_millis(times.next().unwrap_or_default());
            Ok(Usage { cpu, ..Usage::default() })
        });
        let [Ok(best), Err(_)] = &found[..] else { anyhow::bail!("{found:?}") };
        assert_eq!(best.cpu, Duration::from_millis(3));
        Ok(())
    }
}

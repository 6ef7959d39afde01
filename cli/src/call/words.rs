//! The words of a command line: flags that are inputs of the operation become `--name=value`, at its end.

use std::ffi::OsString;

use clap::{Command, CommandFactory as _};

/// Moves flags of `yundb call` that the command itself does not have to its end, as inputs of the operation, which keep
/// their dashes: only the document knows them. The command's own flags come first; an input of the same name is written as `name=value`.
/// The help of an operation is its description.
pub(crate) fn rewritten(arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let Some(call) = command.find_subcommand("call").filter(|_| arguments.get(1).is_some_and(|word| word == "call"))
    else {
        return arguments;
    };
    let is_help = |word: &OsString| word == "--help" || word == "-h";
    let (mut own, mut inputs, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let needs_help = arguments.iter().any(is_help);
    let mut words = arguments.into_iter().peekable();
    while let Some(word) = words.next() {
        let flag = word.to_str().and_then(|text| text.strip_prefix("--")).filter(|text| !text.is_empty());
        let Some((name, value)) =
            flag.map(|text| text.split_once('=').map_or((text, None), |(name, it)| (name, Some(it))))
        else {
            let takes = word.to_str().is_some_and(|word| is_short(word) && takes_value(call, word));
            if !word.to_str().is_some_and(|word| word.starts_with('-')) {
                names.push(word.clone());
            }
            own.push(word);
            own.extend(words.next_if(|_| takes));
            continue;
        };
        let own_flag = format!("--{name}");
        if name == "help" || argument(call, &own_flag).is_some() {
            let takes = value.is_none() && takes_value(call, &own_flag);
            own.push(word);
            own.extend(words.next_if(|_| takes));
            continue;
        }
        let is_value = |next: &OsString| !next.to_str().is_some_and(|next| next.starts_with("--") || is_short(next));
        let mut input = OsString::from(&own_flag);
        // Only the document knows whether a flag without a value is a switch.
        if let Some(value) = value.map(OsString::from).or_else(|| words.next_if(is_value)) {
            input.push("=");
            input.push(value);
        }
        inputs.push(input);
    }
    match names.get(2..4) {
        Some([target, operation]) if needs_help => {
            vec![names[0].clone(), "describe".into(), target.clone(), operation.clone()]
        }
        _ => {
            let is_end = |word: &OsString| word == "--";
            let end = (!inputs.is_empty() && !own.iter().any(is_end)).then(|| OsString::from("--"));
            own.into_iter().chain(end).chain(inputs).collect()
        }
    }
}

/// The long flags of `yundb call`.
pub(super) fn flags() -> impl Iterator<Item = String> {
    let command = crate::Cli::command();
    let call = command.find_subcommand("call");
    let flags: Vec<String> =
        call.into_iter().flat_map(Command::get_arguments).filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    flags.into_iter()
}

/// Whether a word is a short flag, and no negative number.
fn is_short(word: &str) -> bool {
    word.len() == 2 && word.starts_with('-') && word.ends_with(|c: char| c.is_ascii_alphabetic())
}

fn argument<'c>(command: &'c Command, flag: &str) -> Option<&'c clap::Arg> {
    let is_it = |arg: &&clap::Arg| match flag.strip_prefix("--") {
        Some(name) => arg.get_long() == Some(name),
        None => arg.get_short() == flag.chars().nth(1),
    };
    command.get_arguments().find(is_it)
}

/// Whether a flag of a command is followed by a value.
pub(super) fn takes_value(command: &Command, flag: &str) -> bool {
    argument(command, flag).is_some_and(|arg| arg.get_action().takes_values())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn unknown_flags_are_inputs() {
        let table = [
            ("call s o --limit 10 -o tsv", "call s o -o tsv -- --limit=10"),
            ("call s o --limit=10 --dry-run", "call s o --dry-run -- --limit=10"),
            ("call s o --flag --offset -1 -v", "call s o -v -- --flag --offset=-1"),
            ("call s o --region r x=--y --tag a --tag b", "call s o --region r x=--y -- --tag=a --tag=b"),
            ("call s o --flag -y", "call s o -y -- --flag"),
            ("call s o --o 1 -", "call s o - -- --o=1"),
            ("call --timeout 5 s o -vy", "call --timeout 5 s o -vy"),
            ("call s o --limit 1 --help", "describe s o"),
            ("call s --help", "call s --help"),
            ("check --format json", "check --format json"),
        ];
        for (given, expected) in table {
            let words = ["yundb"].into_iter().chain(given.split(' ')).map(OsString::from).collect();
            let found = rewritten(words, &crate::Cli::command());
            let found: Vec<_> = found[1..].iter().map(|word| word.to_str().unwrap()).collect();
            assert_eq!(found.join(" "), expected);
        }
    }
}

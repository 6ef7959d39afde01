//! Statements about a field, other than its name, type, obligation and values.

use yundb_generator::diagnostic::Location;

/// A statement about a field.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its kind.
    pub detail: Detail,
    /// Its value, as text: `64`, `seconds`, `charge_mode 1f0a93c2`.
    pub value: String,
    /// The place: the row of a document, the keyword of a spec.
    pub at: Location,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// The minimum.
    Minimum,
    /// The maximum.
    Maximum,
    /// The exclusive minimum.
    Above,
    /// The exclusive maximum.
    Below,
    /// The minimum number of characters.
    MinLength,
    /// The maximum number of characters.
    MaxLength,
    /// The minimum number of bytes.
    MinBytes,
    /// The maximum number of bytes.
    MaxBytes,
    /// The minimum number of items.
    MinItems,
    /// The maximum number of items.
    MaxItems,
    /// The number that values are multiples of.
    Multiple,
    /// A set of characters that is allowed, or the one that values start or end with.
    Characters,
    /// Characters that are not allowed.
    Forbidden,
    /// A regular expression. Only in specs.
    Pattern,
    /// The value if none is given.
    Default,
    /// An example.
    Example,
    /// The unit.
    Unit,
    /// Another field of the section that the text mentions, and the hash of the words around it.
    Condition,
    /// A number or word of the text that is in no other statement.
    Mention,
    /// A kind of statement that the text hints at and that could not be read.
    Unread,
    /// A person's reading of words that no recognizer reads: [`Reading`](super::Reading).
    Read,
}

impl Detail {
    /// All kinds.
    pub const ALL: [Self; 21] = [
        Self::Minimum,
        Self::Maximum,
        Self::Above,
        Self::Below,
        Self::MinLength,
        Self::MaxLength,
        Self::MinBytes,
        Self::MaxBytes,
        Self::MinItems,
        Self::MaxItems,
        Self::Multiple,
        Self::Characters,
        Self::Forbidden,
        Self::Pattern,
        Self::Default,
        Self::Example,
        Self::Unit,
        Self::Condition,
        Self::Mention,
        Self::Unread,
        Self::Read,
    ];

    /// The word for it, in locks and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Above => "above",
            Self::Below => "below",
            Self::MinLength => "min-length",
            Self::MaxLength => "max-length",
            Self::MinBytes => "min-bytes",
            Self::MaxBytes => "max-bytes",
            Self::MinItems => "min-items",
            Self::MaxItems => "max-items",
            Self::Multiple => "multiple",
            Self::Characters => "characters",
            Self::Forbidden => "forbidden",
            Self::Pattern => "pattern",
            Self::Default => "default",
            Self::Example => "example",
            Self::Unit => "unit",
            Self::Condition => "condition",
            Self::Mention => "mentions",
            Self::Unread => "unread",
            Self::Read => "read",
        }
    }

    /// The kind with a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|detail| detail.word() == word)
    }

    /// Whether it limits numbers, lengths or counts.
    pub fn is_bound(self) -> bool {
        self <= Self::Multiple
    }
}

/// The text of a spec about a field.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// Descriptions of the field, of its values, and for a parameter that the client fills of the operation.
    pub text: String,
    /// The fields of `x-condition` entries, each with its place.
    pub conditions: Vec<(String, Location)>,
}

impl Prose {
    /// Adds a string.
    pub fn add(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.text.push('\n');
        }
    }

    /// Adds another prose.
    pub fn extend(&mut self, other: &Self) {
        self.add(&other.text);
        self.conditions.extend(other.conditions.iter().cloned());
    }
}

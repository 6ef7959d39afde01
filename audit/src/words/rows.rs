//! The words by which a row's text states bounds, defaults, examples, units and sets of characters, as patterns over
//! text without blanks.

/// Patterns with the documents' language, for [`extract::row`](crate::extract).
pub struct Words {
    /// Parts of a text that state nothing about the field itself: references to other chapters and operations.
    pub references: &'static str,
    /// An example, up to the end of its sentence; the first group is its value.
    pub example: &'static str,
    /// The start of a clause with something that may be an example.
    pub exemplary: &'static str,
    /// A default; the first group is its value.
    pub default: &'static str,
    /// An item of a list that is the default; the first group is its value.
    pub default_item: &'static str,
    /// An empty default.
    pub default_empty: &'static str,
    /// Words with `default` in them that give none.
    pub no_default: &'static str,
    /// A hint at a default.
    pub hints_default: &'static str,
    /// What is before a range of two numbers if it is a bound.
    pub before_range: &'static str,
    /// What is between the numbers of a range.
    pub between: &'static str,
    /// What counts or measures a number, after it.
    pub measure: &'static str,
    /// What makes a number after it the least one.
    pub at_least: &'static str,
    /// What makes a number after it the greatest one.
    pub at_most: &'static str,
    /// What demands some of several sets only.
    pub kinds: &'static str,
    /// What demands digits.
    pub digits: &'static str,
    /// What limits values or items to one.
    pub one: &'static str,
    /// What follows the example of a cell that two rows share.
    pub after_example: &'static str,
    /// What makes a number after it one below all values.
    pub above: &'static str,
    /// What makes a number after it one above all values.
    pub below: &'static str,
    /// What makes a number before it the least one.
    pub or_more: &'static str,
    /// What makes a number before it the greatest one.
    pub or_less: &'static str,
    /// A length, before a number.
    pub length: &'static str,
    /// What makes a number a divisor; the first or second group is the number.
    pub multiple: &'static str,
    /// What excludes negative numbers.
    pub not_negative: &'static str,
    /// What excludes zero and negative numbers.
    pub positive: &'static str,
    /// What excludes empty values.
    pub not_empty: &'static str,
    /// What makes a clause a condition rather than a bound.
    pub conditional: &'static str,
    /// The end of a clause that makes it a condition.
    pub conditional_end: &'static str,
    /// A hint at a bound.
    pub hints_bound: &'static str,
    /// A unit; one of the groups is its word.
    pub unit: &'static str,
    /// Values after a word for them; the first group is the word, the second the list.
    pub values: &'static str,
    /// What makes values before it conditional.
    pub when: &'static str,
    /// What makes a number the first one; `{N}` stands for it.
    pub from: &'static str,
    /// The set of ASCII characters.
    pub ascii: &'static str,
    /// Announces values with their meanings.
    pub explained: &'static str,
    /// Separates the values of such a list.
    pub between_values: &'static str,
    /// A hint at a set of characters.
    pub hints_characters: &'static str,
    /// What starts a set of characters that is not allowed.
    pub forbids: &'static str,
    /// A suffix; the first group is its text.
    pub suffix: &'static str,
    /// What a value has to start with.
    pub starts: &'static str,
    /// What is in brackets and explains bytes.
    pub remark: &'static str,
}

/// The patterns.
pub const WORDS: Words = Words {
    references: r"(?:具体)?(?:请|可)?(?:参见|参考|参阅)[^。;•]*|《[^》]*》|(?:Table|表)[0-9A-Z]+-[0-9]+|如果?ErrMessage返回[^。]*|[^。•]{0,20}不合法|返回(?:的|值中|结果中|参数中)[^。;,•]*|响应(?:消息|参数)[^。;,•]*|说明(?:创建时)?返回值为空[^。;•]*",
    example: r"(?:取值示例|样例值?|示例|例如|比如|举例)(?:为|[:,])*([A-Za-z0-9{\[](?:[^,。;、()•“”\p{Han}]|,[A-Za-z0-9{\[\x22])*)?(?:[^。;•,]|,[A-Za-z0-9{\[\x22])*",
    exemplary: r"(?:如|即)[:“]?(?:[A-Za-z0-9][^。;•]*)?$",
    default: r"(?:默认|缺省)(?:值|取值)?(?:整数|时区|IP地址|类型)?(?:为|是|:)*[“'‘\x22]?(-?[A-Za-z0-9_%][A-Za-z0-9_.:+/%-]*)[”'’\x22]?",
    default_item: r"(?:^|[•。;])[“\x22]?([A-Za-z0-9_-]+)[”\x22]?[:,][^•。;]{0,60}?(?:默认值(?:$|[。;•,)])|默认该方式|默认为该方式|默认付费类型|\(默认\))",
    default_empty: r"(?:默认|缺省)(?:值|取值)?(?:为|是|:)?空",
    no_default: r"(Default)\(默认值\)|(?:默认|缺省)(?:取)?值?:不涉及|系统默认|默认参数|参数默认值|默认用户|默认组|默认付费|推荐用户默认|默认值标识符|实例默认",
    hints_default: r"默认|缺省",
    before_range: r"(?:范围|取值|长度|限制|大小|个数|位数|为|是|在|整数|:|\[|^|[•。;,])[:为是在\[“]*$",
    between: r"[~\-—–至到]|,(?:最大|最长)",
    measure: r"(?:个|位)?(?:UNICODE|Unicode|unicode|ASCII)?字符|个?字节|(?i:bytes?)|位|毫秒|秒|分钟|小时|天|个?月|年|GB|MB|KB|TB|G|%|个|组|条|项|对|份",
    at_least: r"(?:最小|最少|最短|至少|不小于|不少于|不低于|不能小于|不能少于|大于等于|大于或等于|≥|>=)(?:值|长度)?(?:为|是|:)*",
    at_most: r"(?:最大|最多|最长|不超过|不能超过|不得超过|不可超过|不大于|不能大于|不多于|小于等于|小于或等于|≤|<=)(?:值|长度)?(?:不能|不|可以|可|能|只能|支持|包含|允许|同时|一次|批量|输入|传入|填写|添加|创建|设置|更新|超过|为|是|:)*",
    kinds: r"[二两三四2-4]种",
    digits: r"(?:必须|只能|格式)(?:为|取|是)?(?:逗号隔开的)?(?:整数|数字)",
    one: r"只(?:支持|能)[^。;,•0-9]{0,6}一个",
    after_example: r"[0-9?]?说明[\p{Han}].*$",
    above: r"大于",
    below: r"小于",
    or_more: r"(?:及|或|含)?以上",
    or_less: r"(?:及|或|含)?以内",
    length: r"长度(?:限制|固定)?(?:为|是|在|:|可)*$",
    multiple: r"([0-9]+)(?:GB|G)?的(?:整数)?倍|步长(?:为|:)*([0-9]+)",
    not_negative: r"不能为负|非负整数|不可为负",
    positive: r"正整数",
    not_empty: r"(?:^|[。;,•:]|[。;,•:](?:key|value|名称))(?:取值)?(?:非空|(?:不能|不可以?|不允许|不得)(?:传入)?(?:为)?(?:空|null))(?:$|[^格])",
    conditional: r"(?:当|若|如果|假如|只有|否则|建议|表示|累计)[^。;•]*$",
    conditional_end: r"^[^。;,•]{0,6}时",
    hints_bound: r"(?:范围|长度|最大|最小|最多|最少|至少|超过|大于|小于|以上|以内)[^。;•]*[0-9]",
    unit: r"单位(?:为|是|:)*(毫秒|亳秒|秒|分钟|minutes|小时|天|月|年|GB|MB/s|KB/s|MB|KB|TB|百分比|%|字节|(?i:bytes?)|G)|以(毫秒|秒|分钟|小时|天)为单位",
    values: r"(仅支持|只支持|固定取值为|取值固定为|固定为|唯一取值|枚举值|可选值|取值范围|可取范围|取值包括|取值有|取值为|取值)[:为是]*[“\x22]?((?:[A-Za-z0-9_](?:[A-Za-z0-9_.+/-]|::|:[0-9]{2})*)(?:[”\x22]?(?:、|,|或者|或|和|/)+[“\x22]?(?:[A-Za-z0-9_](?:[A-Za-z0-9_.+/-]|::|:[0-9]{2})*))*)[”\x22]?(?:[。;,•(]|两种|$)",
    when: r"时[,:]?(?:其|该值)?$",
    from: r"从{N}开始",
    ascii: r"只支持(?:传入)?ASCII字符",
    explained: r"(?:取值|返回值|枚举值)(?:为|包括|如下)*[:,。]+",
    between_values: r"[”\x22]?(?:、|,|或者|或|和)[“\x22]?",
    hints_characters: r"字母|字符集|下划线|特殊字符",
    forbids: r"(?:不能|不可以?|不得)(?:包含|包括|含有)(?:回车|和|特殊字符|其[他它]|、)*",
    suffix: r"(?:后缀为|以)([a-z]{2}[0-9]{2})(?:结尾)?",
    starts: r"以(小写|大写)?(?:英文)?字母(?:或中文)?开头",
    remark: r"\((?:注意|说明):[^)]*\)",
};

/// The units of a number: the document's word, and the unit in English.
pub const UNITS: &[(&str, &str)] = &[
    ("毫秒", "milliseconds"),
    ("亳秒", "milliseconds"),
    ("秒", "seconds"),
    ("分钟", "minutes"),
    ("minutes", "minutes"),
    ("小时", "hours"),
    ("天", "days"),
    ("个月", "months"),
    ("月", "months"),
    ("年", "years"),
    ("GB", "GB"),
    ("G", "GB"),
    ("MB/s", "MB/s"),
    ("KB/s", "KB/s"),
    ("MB", "MB"),
    ("KB", "KB"),
    ("TB", "TB"),
    ("百分比", "percent"),
    ("%", "percent"),
];

/// What a word counts: characters, bytes, or items. None if it is a unit, or nothing.
pub fn counts(measure: &str) -> Option<Counted> {
    match measure {
        "位" => Some(Counted::Characters),
        _ if measure.contains("字符") => Some(Counted::Characters),
        _ if measure.contains("字节") || measure.to_lowercase().starts_with("byte") => Some(Counted::Bytes),
        "个" | "组" | "条" | "项" | "对" | "份" => Some(Counted::Items),
        _ => None,
    }
}

/// Whether the words before a range are about a list's length.
pub fn is_of_list(before: &str) -> bool {
    let end: String = before.chars().rev().take(12).collect();
    ["合集", "表列", "数个", "度长"].iter().any(|word| end.contains(word))
}

/// A text up to its note.
pub fn before_note(text: &str) -> &str {
    let end = text.find("说明").unwrap_or(text.len());
    text[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '?')
}

/// What a number of a bound counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Characters.
    Characters,
    /// Bytes.
    Bytes,
    /// Items.
    Items,
}

/// Sets of characters: the document's words, and the set in English.
pub const CHARACTERS: &[(&[&str], &str)] = &[
    (&["字母", "A-Z", "a-z"], "letters"),
    (&["数字", "0-9"], "digits"),
    (&["中文", "汉字", "UNICODE字符"], "Chinese"),
    (&["中划线", "短划线", "连接符", "连字符", "短横线"], "hyphens"),
    (&["下划线"], "underscores"),
    (&["句点", "句号"], "periods"),
    (&["空格"], "spaces"),
];

/// Lower-case letters alone.
pub const LOWERCASE: (&str, &str) = ("小写字母", "lowercase letters");
/// Words for letters that are not lower-case only.
pub const ALL_CASES: &[&str] = &["大小写", "大写字母", "英文字母", "字母开头"];

/// Characters of a scan that stand for others, which no normalization maps.
pub const MISREAD: &[(char, char)] = &[
    ('認', '认'),
    ('為', '为'),
    ('説', '说'),
    ('亳', '毫'),
    ('⻓', '长'),
    ('⻚', '页'),
    ('⻅', '见'),
    ('⻔', '门'),
    ('●', '•'),
    ('■', '•'),
];

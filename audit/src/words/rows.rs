//! The words with which a row's text states bounds, defaults, examples, units and sets of characters, as patterns over
//! text without spaces.

/// Patterns with the documents' language, for [`extract::row`](crate::extract).
pub struct Words {
    /// Parts of the text that state nothing about the field itself: references to other chapters and operations.
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
    /// Text before a range of two numbers that is a bound.
    pub before_range: &'static str,
    /// Text between the numbers of a range.
    pub between: &'static str,
    /// Words after a number that it counts or measures.
    pub measure: &'static str,
    /// Text before a minimum.
    pub at_least: &'static str,
    /// Text before a maximum.
    pub at_most: &'static str,
    /// Text that requires only some of several sets.
    pub kinds: &'static str,
    /// Text that requires digits.
    pub digits: &'static str,
    /// Text that limits values or items to one.
    pub one: &'static str,
    /// Text after the example of a cell that two rows share.
    pub after_example: &'static str,
    /// Text before an exclusive minimum.
    pub above: &'static str,
    /// Text before an exclusive maximum.
    pub below: &'static str,
    /// Text after a minimum.
    pub or_more: &'static str,
    /// Text after a maximum.
    pub or_less: &'static str,
    /// A length, before a number.
    pub length: &'static str,
    /// Text around a divisor; the first or second group is the number.
    pub multiple: &'static str,
    /// Text that excludes negative numbers.
    pub not_negative: &'static str,
    /// Text that excludes zero and negative numbers.
    pub positive: &'static str,
    /// Text that excludes empty values.
    pub not_empty: &'static str,
    /// Text that makes a clause a condition rather than a bound.
    pub conditional: &'static str,
    /// The end of a clause that makes it a condition.
    pub conditional_end: &'static str,
    /// A hint at a bound.
    pub hints_bound: &'static str,
    /// A unit; one of the groups is its word.
    pub unit: &'static str,
    /// Values after a word for them; the first group is the word, the second the list.
    pub values: &'static str,
    /// Text that makes the values before it conditional.
    pub when: &'static str,
    /// Text about the first number of a sequence; `{N}` stands for it.
    pub from: &'static str,
    /// The set of ASCII characters.
    pub ascii: &'static str,
    /// Announces values with their meanings.
    pub explained: &'static str,
    /// Separates the values of such a list.
    pub between_values: &'static str,
    /// A hint at a set of characters.
    pub hints_characters: &'static str,
    /// The start of a set of forbidden characters.
    pub forbids: &'static str,
    /// Text that forbids a string of one symbol; the first group is the symbol.
    pub forbids_symbol: &'static str,
    /// The greatest number of a type; the first group is the type.
    pub greatest_of_type: &'static str,
    /// The subject before a bound that makes it a bound of something else.
    pub of_other: &'static str,
    /// Text about the only possible number; the first group is the number.
    pub fixed: &'static str,
    /// A list of examples, with words or numbers of Latin letters only; the first group is the list.
    pub example_list: &'static str,
    /// A suffix; the first group is its text.
    pub suffix: &'static str,
    /// The required start of a value.
    pub starts: &'static str,
    /// Text in brackets that explains bytes.
    pub remark: &'static str,
}

/// The patterns.
pub const WORDS: Words = Words {
    references: r"(?:具体)?(?:请|可)?(?:参见|参考|参阅)[^。;•]*|《[^》]*》|(?:Table|表|图)[0-9A-Z]+-[0-9]+|如果?ErrMessage返回[^。]*|[^。•]{0,20}不合法|返回(?:的|值中|结果中|参数中)[^。;,•]*|响应(?:消息|参数)[^。;,•]*|说明(?:创建时)?返回值为空[^。;•]*",
    example: r"(?:取值示例|样例值?|示例|例如|比如|举例)(?:为|[:,])*([A-Za-z0-9{\[](?:[^,。;、()•“”\p{Han}]|\('[^()]*'\)|,[A-Za-z0-9{\[\x22])*)?(?:[^。;•,]|,[A-Za-z0-9{\[\x22])*",
    exemplary: r"(?:如|即|不包含|不包括|不能为|除了?)[:“]?(?:[A-Za-z0-9][^。;•]*)?$",
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
    conditional_end: r"^(?:[^。;,•]{0,6}时|除外)",
    hints_bound: r"(?:范围|长度|最大|最小|最多|最少|至少|超过|大于|小于|以上|以内)[^。;•]*[0-9]",
    unit: r"单位(?:为|是|:)*(毫秒|亳秒|秒|分钟|minutes|小时|天|月|年|GB|MB/s|KB/s|MB|KB|TB|百分比|%|字节|(?i:bytes?)|G)|以(毫秒|秒|分钟|小时|天)为单位",
    values: r"(仅支持|只支持|固定取值为|取值固定为|固定为|唯一取值|枚举值|可选值|取值范围|可取范围|取值包括|取值有|取值为|取值)[:为是]*[“\x22]?((?:[A-Za-z0-9_](?:[A-Za-z0-9_.+/-]|::|:[0-9]{2})*)(?:(?:[”\x22]?(?:、|,|或者|或|和|/)+[“\x22]?)+(?:[A-Za-z0-9_](?:[A-Za-z0-9_.+/-]|::|:[0-9]{2})*))*)[”\x22]?(?:[。;,•(]|两种|$)",
    when: r"时[,:]?(?:其|该值)?$",
    from: r"从{N}开始",
    ascii: r"只支持(?:传入)?ASCII字符",
    explained: r"(?:取值|返回值|枚举值)(?:为|包括|如下)*[:,。]+",
    between_values: r"[”\x22]?(?:、|,|或者|或|和)[“\x22]?",
    hints_characters: r"字母|字符集|下划线|特殊字符",
    forbids: r"(?:不能|不可以?|不得)(?:包含|包括|含有)(?:回车|和|特殊字符|其[他它]|、)*",
    forbids_symbol: r"(?:不能|不可以?|不允许|不得)(?:只|仅)?(?:传入|输入|使用|为|是)?\\*[“\x22]([!-/:-@\[-`{-~])\\*[”\x22]",
    greatest_of_type: r"(?:不超过|不能超过|不大于|小于等于|最大为?)(Integer|Int|Long)(?:数据)?(?:类型)?的?最大值",
    fixed: r"固定为([0-9]+)",
    example_list: r"(?:例如|示例|比如|举例)[:为]*((?:•[!-~]+。?)+)",
    of_other: r"(?:实例|组|集群|账号|用户|租户|项目)下[^。;,•0-9]*$",
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

/// A string up to its note.
pub fn before_note(text: &str) -> &str {
    let end = text.find("说明").unwrap_or(text.len());
    text[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '?')
}

/// The things that a bound counts.
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

/// Whether a string has a rule for what is beyond a number, so that the number is no bound.
pub fn goes_beyond(text: &str, number: &str) -> bool {
    text.contains(&format!("超过{number}个的"))
}

#[cfg(test)]
mod tests {
    use crate::{
        extract::row::{self, conditions, leftover},
        fact::Type,
    };

    /// The statements of a row's text, as `kind value`.
    fn stated(ty: &str, description: &str) -> Vec<String> {
        let read = row::read(description, "", Some(&Type::parse(ty)));
        read.details.iter().map(|(detail, value)| format!("{} {value}", detail.word())).collect()
    }

    #[track_caller]
    fn states(ty: &str, description: &str, expected: &[&str]) {
        assert_eq!(stated(ty, description), expected, "{description}");
    }

    #[test]
    fn numbers_have_bounds() {
        states("Integer", "取值范围：1~128。", &["minimum 1", "maximum 128"]);
        states("Integer", "取值范围\n1 - 7 天", &["unit days", "minimum 1", "maximum 7"]);
        states(
            "Integer",
            "查询个数上限值。 取值范围：1~128。 默认值：128。",
            &["default 128", "minimum 1", "maximum 128"],
        );
        states("Integer", "取值范围：$\\geq0$ 默认取值：0", &["default 0", "minimum 0"]);
        states(
            "Integer",
            "默认为100，不能为负数，最小值为1，最大值为100。",
            &["default 100", "minimum 1", "maximum 100"],
        );
        states("Integer", "单次接口调用最多支持创建9个只读节点。", &["maximum 9"]);
        states("Integer", "取值为大于0的整数。", &["above 0"]);
        states("Integer", "取值范围为大于等于2的整数。", &["minimum 2"]);
        states("Integer", "集群时取值[3,10]。", &["minimum 3", "maximum 10"]);
        states("Integer", "页数，从1开始。", &["minimum 1"]);
        states("Integer", "暂时只支持购买一个实例。", &["maximum 1"]);
        states("String", "取值范围：10~128000，必须为10的整数倍。", &["minimum 10", "maximum 128000", "multiple 10"]);
    }

    #[test]
    fn bounds_depend_on_conditions() {
        let both = ["maximum 9", "maximum 3"];
        let text = "- 当“period_type”为“month”时，取值为1~9。\n- 当“period_type”为“year”时，取值为1~3。";
        assert_eq!(stated("Integer", text).into_iter().filter(|it| it.starts_with("max")).collect::<Vec<_>>(), both);
        // These are about something else.
        states("String", "当实例的组大于1时，需要填写。", &["unread bound"]);
        states("String", "表示如果SQL执行大于等于1秒就定义为慢SQL。", &["unread bound"]);
        states("String", "中划线的累计总长度小于等于10个字符。", &["unread bound"]);
    }

    #[test]
    fn strings_and_lists_have_lengths() {
        states("String", "名称，长度可在0~64个字符之间。", &["max-length 64"]);
        states("String", "连接名称在4位到50位之间。", &["min-length 4", "max-length 50"]);
        states("String", "最大长度36个unicode字符。", &["max-length 36"]);
        states("String", "最小长度：2 最大长度：32", &["min-length 2", "max-length 32"]);
        states("String", "最大值不超过64个ASCII字符。", &["max-length 64"]);
        states(
            "String",
            "最小为4个字符，最大为64个字符且不超过64个字节（注意：一个中文字符占用3个字节）。",
            &["min-length 4", "max-length 64", "max-bytes 64"],
        );
        states(
            "String",
            "取值范围：只能由英文字母、数字组成，后缀为in07，长度为36个字符。",
            &["characters suffix in07", "characters letters", "characters digits", "min-length 36", "max-length 36"],
        );
        states("String", "区域ID。 取值范围：非空。", &["min-length 1"]);
        states("Array of strings", "不能为空，最多同时输入20个实例ID。", &["max-items 20", "min-items 1"]);
        states("Array of integers", "取值范围为1~16。", &["minimum 1", "maximum 16"]);
        states("Array of objects", "集合大小取值范围：1~10。", &["min-items 1", "max-items 10"]);
        states("String", "key不能为空格。", &[]);
    }

    #[test]
    fn times_versions_and_examples_are_not_bounds() {
        states("String", "格式为hh:mm-HH:MM，取值示例：21:00-22:00", &["example 21:00-22:00"]);
        states(
            "String",
            "例如：192.168.0.1,172.16.213.9，一次最多创建50个",
            &["example 192.168.0.1,172.16.213.9", "max-items 50"],
        );
        states("String", "请参见表5-9。兼容MySQL 5.6-5.7。", &[]);
        states("String", "N表示第几个，如Tag.1-20", &[]);
    }

    #[test]
    fn defaults_have_many_forms() {
        for text in ["默认值：10", "默认为10，不能", "默认10", "默认值为“10”。", "缺省值是10", "默認為10", "默认10s"]
        {
            assert!(stated("String", text).contains(&"default 10".to_owned()), "{text}");
        }
        states("String", "默认值为空。", &["default "]);
        states("String", "- oneway：单向同步，为默认值。\n- twoway：双向同步。", &["default oneway"]);
        states("String", "- true，为自动续订。\n- false，为不自动续订，默认该方式。", &["default false"]);
        states("String", "默认时区为UTC+08:00。", &["default UTC+08:00"]);
        states("String", "默认值：不涉及。", &[]);
        states("String", "使用系统默认参数模板。", &[]);
        states("String", "默认为按需。", &["unread default"]);
        states("String", "- 0：按需\n- 1：包周期，默认值为0。", &["default 0"]);
    }

    #[test]
    fn sets_of_characters_have_parts() {
        states(
            "String",
            "必须以字母开头，可以包含字母、数字、中划线、下划线或中文，不能包含其他特殊字符。",
            &[
                "characters letter first",
                "characters letters",
                "characters digits",
                "characters Chinese",
                "characters hyphens",
                "characters underscores",
            ],
        );
        states("String", "只能包含小写字母、数字。", &["characters lowercase letters", "characters digits"]);
        states("String", "不能包含回车和>!<\"&'=特殊字符。", &["forbidden >!<\"&'="]);
        states(
            "String",
            "至少包含以下字符中的三种：大写字母、小写字母、数字和特殊字符~!@#，长度8~32个字符。",
            &[
                "characters letters",
                "characters digits",
                "characters several kinds",
                "characters any of ~!@#",
                "min-length 8",
                "max-length 32",
            ],
        );
        states("String", "必须为数字。", &["characters digits"]);
    }

    #[test]
    fn units_are_english() {
        for (text, unit) in [
            ("单位为GB。", "GB"),
            ("单位：秒", "seconds"),
            ("格式为Unix时间戳，单位为毫秒。", "milliseconds"),
            ("该参数的单位为亳秒", "milliseconds"),
            ("单位为百分比", "percent"),
            ("以秒为单位", "seconds"),
            ("单位为MB/s", "MB/s"),
        ] {
            states("Integer", text, &[&format!("unit {unit}")]);
        }
    }

    #[test]
    fn values_may_be_in_running_text() {
        let values = |text: &str| row::read(text, "", Some(&Type::parse("String"))).values;
        assert_eq!(values("实例类型，目前仅支持Cluster。"), ["Cluster"]);
        assert_eq!(values("取值为large、medium、micro、small。"), ["large", "medium", "micro", "small"]);
        assert_eq!(values("枚举值：_sys_enterprise_project_id"), ["_sys_enterprise_project_id"]);
        assert_eq!(values("取值固定为ALIYUN::DTS::INSTANCE。"), ["ALIYUN::DTS::INSTANCE"]);
        assert_eq!(values("取值: RDS:RDS MySQL。ECS:ECS上的自建数据库。② 说明 默认为ECS"), ["RDS", "ECS"]);
        assert_eq!(values("取值:Year(年)、Month(月)。"), ["Year", "Month"]);
        // Conditions, ranges, names of products.
        for text in
            ["当EngineName取值为MongoDB时，必填。", "取值范围：0-100", "仅支持GaussDB(for MySQL)", "仅支持大陆手机"]
        {
            assert_eq!(values(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_condition_changes_with_its_sentence() {
        let names = ["charge_mode", "id", "Type", "region"];
        let found = |text: &str| conditions(&row::compact(text), "period", &[], &names);
        let before = found("周期。“charge_mode”为“prePaid”时生效。");
        assert_eq!(before.len(), 1);
        assert!(before[0].starts_with("charge_mode "), "{before:?}");
        assert_eq!(before, found("订购 周期。“charge_ mode”为“prePaid”时生效。"));
        assert_ne!(before, found("周期。“charge_mode”为“postPaid”时生效。"));
        for text in ["实例id。", "Endpoint.Type不填。", "返回的region。", "Type：自定义类型", "regions"]
        {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn unread_words_are_mentions() {
        let read = row::read("端口，5342-5345除外，支持SM4。取值范围：1~9", "", Some(&Type::parse("Integer")));
        assert_eq!(leftover(&read.rest, &[], &[]), ["5342-5345", "SM4"]);
        assert_eq!(leftover(&read.rest, &["SM4".to_owned()], &[]), ["5342-5345"]);
    }

    #[test]
    fn a_cell_of_an_example_ends_where_the_next_begins() {
        let read = row::read("", "testsid ② 说明 该参数的类型", None);
        assert_eq!(read.details.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["testsid"]);
    }
}

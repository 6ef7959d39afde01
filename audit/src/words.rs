//! The words by which documents mark their parts: column headings, titles of parts, types. In English and Chinese: this
//! is the one place of the project with the documents' language.

pub mod rows;

/// The meaning of a table's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Name of a parameter or field.
    Name,
    /// Its type.
    Type,
    /// Whether it is required.
    Required,
    /// An example of its value.
    Example,
    /// The description.
    Description,
    /// An HTTP status.
    Status,
    /// An error code.
    Code,
    /// An error's description or remedy.
    Message,
    /// A permission's description.
    Permission,
    /// The call that needs a permission.
    Api,
    /// A permission.
    Action,
    /// A region, by its id.
    Region,
    /// A region, by its name.
    RegionName,
    /// A host.
    Endpoint,
    /// A state.
    State,
    /// Any other column of such tables.
    Other,
}

impl Column {
    /// The meaning of a column with this heading, ignoring spaces and emphasis. None if it is unknown.
    pub fn of(heading: &str) -> Option<Self> {
        let heading: String = heading.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let heading = heading.to_lowercase();
        COLUMNS.iter().find(|(_, words)| words.contains(&heading.as_str())).map(|(column, _)| *column)
    }
}

/// Column headings in lower case, without spaces.
const COLUMNS: &[(Column, &[&str])] = &[
    (Column::Name, &["name", "parameter", "名称", "参数", "参数名称"]),
    (Column::Type, &["type", "类型", "参数类型"]),
    (Column::Required, &["required", "mandatory", "是否必选", "是否必须", "是否必填"]),
    (Column::Example, &["example", "示例值", "示例", "样例"]),
    (Column::Description, &["description", "meaning", "描述", "说明", "错误码说明"]),
    (Column::Status, &["status", "statuscode", "状态码", "httpcode"]),
    (Column::Code, &["errorcode", "错误码"]),
    (Column::Message, &["message", "remedy", "错误信息", "解决方案", "处理措施"]),
    (Column::Permission, &["permission", "权限"]),
    (Column::Api, &["api", "对应api接口"]),
    (Column::Action, &["action", "授权项", "授权项(action)"]),
    (Column::Region, &["regionid", "区域"]),
    (Column::RegionName, &["region", "city", "区域名称", "地域名称", "所在城市", "地域(部署位置)", "地域（部署位置）"]),
    (Column::Endpoint, &["endpoint", "终端节点(endpoint)", "接入地址(endpoint)", "接入地址（endpoint）"]),
    (Column::State, &["state", "状态"]),
    (
        Column::Other,
        &["protocol", "product", "编码", "产品名称", "协议类型", "iam项目(project)", "企业项目(enterpriseproject)"],
    ),
];

/// A part of an operation's section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Method and path, and the parameters in them.
    Uri,
    /// A sample of the path.
    UriSample,
    /// Tables of the request.
    Request,
    /// Tables of the response.
    Response,
    /// Samples of requests.
    RequestSample,
    /// Samples of responses.
    ResponseSample,
    /// A sample in XML, equivalent to the one in JSON.
    Xml,
    /// A sample in JSON, after one in XML.
    Json,
    /// Statuses, by meaning.
    Statuses,
    /// Error codes.
    Codes,
    /// Any other part: description, constraints, notes.
    Other,
}

impl Part {
    /// The part that a line starts, as a heading or as a list item, ignoring spaces, marks and a final colon.
    pub fn of(line: &str) -> Option<Self> {
        let line = line.trim_start_matches(['-', '#', '*', '•', '●', ' ']);
        let line: String = line.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let line = line.trim_end_matches([':', '：', '。', '.']).to_lowercase();
        PARTS.iter().find(|(_, words)| words.contains(&line.as_str())).map(|(part, _)| *part)
    }
}

/// Titles of parts in lower case, without spaces.
const PARTS: &[(Part, &[&str])] = &[
    (Part::Uri, &["uri", "uri格式", "url格式", "uriformat"]),
    (Part::UriSample, &["uri样例", "url样例", "urisample"]),
    (Part::Request, &["requestparameters", "请求参数", "请求消息"]),
    (
        Part::Response,
        &[
            "responseparameters",
            "响应参数",
            "响应消息",
            "返回数据",
            "返回结果",
            "返回参数",
            "要素说明",
            "正常响应要素说明",
            "正常响应参数说明",
        ],
    ),
    (Part::RequestSample, &["requestsample", "请求示例", "请求样例", "求示例"]),
    (Part::ResponseSample, &["responsesample", "响应示例", "响应样例", "正常返回示例", "正常响应样例", "正常响应示例"]),
    (Part::Xml, &["xml", "xmlformat", "xml格式"]),
    (Part::Json, &["json", "jsonformat", "json格式"]),
    (Part::Statuses, &["statuscodes", "状态码"]),
    (Part::Codes, &["errorcodes", "错误码"]),
    (
        Part::Other,
        &["description", "constraints", "功能介绍", "接口约束", "调试", "异常响应", "异常", "约束", "示例", "example"],
    ),
];

/// The role of a table of an operation, from its caption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Parameters in the path.
    Path,
    /// Parameters in the query.
    Query,
    /// Parameters in the header.
    Header,
    /// Fields of the body itself.
    Body,
    /// That of the part that it is in.
    Part,
}

impl Role {
    /// The role in a caption without its number, and whether it is of a response (None: unknown). None if it is the
    /// name of a type.
    pub fn of(caption: &str) -> Option<(Self, Option<bool>)> {
        let caption: String = caption.chars().filter(|c| !c.is_whitespace()).collect();
        let caption = caption.to_lowercase();
        let (response, rest) = [("response", true), ("响应", true), ("request", false), ("请求", false)]
            .iter()
            .find_map(|(word, response)| Some((Some(*response), caption.strip_prefix(word)?)))
            .unwrap_or((None, &caption));
        let role = ROLES.iter().find(|(_, words)| words.contains(&rest)).map(|(role, _)| *role)?;
        Some((role, response))
    }
}

/// Captions in lower case, without spaces.
const ROLES: &[(Role, &[&str])] = &[
    (Role::Path, &["pathparameters", "路径参数", "path参数"]),
    (Role::Query, &["queryparameters", "query参数"]),
    (Role::Header, &["headerparameters", "header参数"]),
    (Role::Body, &["bodyparameters", "body参数"]),
    (Role::Part, &["parameters", "fields", "参数", "参数说明", "要素说明"]),
];

/// The words after a type's name in a caption.
const AFTER_TYPE: &[&str] = &["字段数据结构说明", "数据结构说明", "参数说明", "字段说明", " fields"];

/// The type's name in a caption (without its number).
pub fn type_of_caption(caption: &str) -> &str {
    let caption = caption.split(['(', '（']).next().unwrap_or_default().trim();
    AFTER_TYPE.iter().find_map(|after| caption.strip_suffix(after)).unwrap_or(caption).trim()
}

/// The number and the rest of a table's caption.
pub fn caption(line: &str) -> Option<(&str, &str)> {
    let rest = ["Table", "表"].iter().find_map(|word| line.strip_prefix(word))?.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')).unwrap_or(rest.len());
    let (number, rest) = rest.split_at_checked(end)?;
    let counts = number.ends_with(|c: char| c.is_ascii_digit());
    counts.then(|| (number, rest.trim()))
}

/// The number of the table that a description refers to.
pub fn references(description: &str) -> Vec<String> {
    let joined: String = description.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = Vec::new();
    for word in ["Table", "表"] {
        for (at, _) in joined.match_indices(word) {
            if let Some((number, _)) = joined.get(at..).and_then(caption) {
                found.push(number.to_owned());
            }
        }
    }
    found
}

/// The words of a cell for a type, in English. None for an empty cell.
pub fn type_of_cell(cell: &str) -> Option<String> {
    let cell = cell.replace('表', "Table ");
    (!cell.trim().is_empty() && !matches!(cell.trim(), "无" | "-" | "none")).then_some(cell)
}

/// The status in a line, for the tables and samples below it; a digit alone is a class. `default` stands for failures.
pub fn status(line: &str) -> Option<u16> {
    let line: String = line.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    let line = line.to_lowercase();
    let rest = ["状态码", "statuscode", "status"].iter().find_map(|word| line.strip_prefix(word))?;
    let rest = rest.trim_start_matches([':', '：']);
    if rest == "default" {
        return Some(4);
    }
    rest.get(..3)?.parse().ok().filter(|status| (100..600).contains(status))
}

/// The call in the first sentence of a section: `SwitchLamp` in `Call SwitchLamp to switch a lamp.`
pub fn called(line: &str) -> Option<&str> {
    let rest = ["Calls ", "Call ", "调用"].iter().find_map(|word| line.trim_start().strip_prefix(word))?.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    rest.get(..end).filter(|call| !call.is_empty())
}

/// Whether a string before a list announces values.
pub fn introduces_values(text: &str) -> bool {
    const WORDS: &[&str] = &["取值", "枚举", "可选值", "包含", "包括", "如下", "支持", "values", "one of", "enum"];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// The word that announces a list of values and nothing else.
pub const VALUES: &str = "枚举值";

/// Whether a string before a list announces examples.
pub fn introduces_examples(text: &str) -> bool {
    let text = text.trim_end_matches([':', '：', ' ']).to_lowercase();
    ["例如", "for example", "示例", "e.g."].iter().any(|word| text.ends_with(word))
}

/// The text before and after a value that a list item explains, as patterns.
pub const AROUND_VALUES: (&str, &str) = ("取?值为", "表示|means ");

/// The meaning of a cell in the column "required"; None if it is not known.
pub fn required(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "是" | "yes" | "y" | "true" => Some(true),
        "否" | "no" | "n" | "false" => Some(false),
        _ => None,
    }
}

/// Whether a string has characters of the documents' language.
pub fn is_prose(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) || text.split_whitespace().count() > 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_and_types_refer_to_tables() {
        assert_eq!(references("See Table 2-12."), ["2-12"]);
        assert_eq!(references("Array of Table 4-126 objects"), ["4-126"]);
        assert_eq!(references("详情请参见表5-9。"), ["5-9"]);
    }
}

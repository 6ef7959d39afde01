//! The words by which documents mark their parts: column headings, titles of parts, types. In English and Chinese: this is
//! the one place of the project with the documents' language.

/// What a column of a table holds.
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
    /// What it means.
    Description,
    /// An HTTP status.
    Status,
    /// An error code.
    Code,
    /// What an error says, or what to do about it.
    Message,
    /// What a permission allows, in words.
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
    /// Anything else that tables of this kind have.
    Other,
}

impl Column {
    /// What a column with this heading holds. Blanks and marks of emphasis do not count. None if it is no such heading.
    pub fn of(heading: &str) -> Option<Self> {
        let heading: String = heading.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let heading = heading.to_lowercase();
        COLUMNS.iter().find(|(_, words)| words.contains(&heading.as_str())).map(|(column, _)| *column)
    }
}

/// Column headings in lower case, without blanks.
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
    /// Tables of the answer.
    Answer,
    /// Samples of requests.
    RequestSample,
    /// Samples of answers.
    AnswerSample,
    /// A sample in XML, which says what the one in JSON says.
    Xml,
    /// A sample in JSON, after one in XML.
    Json,
    /// Which statuses there are, by meaning.
    Statuses,
    /// Error codes.
    Codes,
    /// Anything else: what it does, constraints, notes.
    Other,
}

impl Part {
    /// The part that a line opens, as a heading or as an item of a list. Blanks, marks and a colon at the end do not count.
    pub fn of(line: &str) -> Option<Self> {
        let line = line.trim_start_matches(['-', '#', '*', '•', '●', ' ']);
        let line: String = line.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let line = line.trim_end_matches([':', '：', '。', '.']).to_lowercase();
        PARTS.iter().find(|(_, words)| words.contains(&line.as_str())).map(|(part, _)| *part)
    }
}

/// Titles of parts in lower case, without blanks.
const PARTS: &[(Part, &[&str])] = &[
    (Part::Uri, &["uri", "uri格式", "uriformat"]),
    (Part::UriSample, &["uri样例", "urisample"]),
    (Part::Request, &["requestparameters", "请求参数", "请求消息", "参数说明", "公共请求参数"]),
    (Part::Answer, &["responseparameters", "响应参数", "响应消息", "返回数据", "正常响应要素说明", "返回参数"]),
    (Part::RequestSample, &["requestsample", "请求示例", "请求样例"]),
    (Part::AnswerSample, &["responsesample", "响应示例", "响应样例", "正常返回示例", "正常响应样例", "正常响应示例"]),
    (Part::Xml, &["xml", "xmlformat", "xml格式"]),
    (Part::Json, &["json", "jsonformat", "json格式"]),
    (Part::Statuses, &["statuscodes", "状态码"]),
    (Part::Codes, &["errorcodes", "错误码"]),
    (Part::Other, &["description", "constraints", "功能介绍", "接口约束", "调试", "异常响应", "约束", "示例", "example"]),
];
